import {Args, Flags} from '@oclif/core'

import {HubCommand} from '../cli/base-command.js'
import {examplesOf, FROM_COMMAND_LINE} from '../cli/flags/shared.js'
import {UsageError} from '../lib/base/errors.js'
import {HUB_CODES} from '../lib/base/exit-codes.js'
import {cutoffOf, parseAge} from '../lib/base/time.js'
import {checkJob} from '../lib/cleanup/job/locate.js'
import {findJob, readHistory, readJob} from '../lib/cleanup/journal/history.js'
import {jobDocument} from '../lib/views/json/documents.js'
import {type Content} from '../lib/views/json/schemas/documents.js'
import {formatHistory, formatJob} from '../lib/views/terminal/history.js'

export default class History extends HubCommand {
  static override summary = 'Show past cleanups run from this machine.'
  static override exitCodes = HUB_CODES
  static override description = `Every cleanup is recorded while it runs: each dataset before its deletion, then the outcome. Even after a crash, this shows what was deleted, what was not touched, and what is uncertain. Reads only this machine, except with --check, and changes nothing.`
  static override examples = examplesOf([
    ['List all jobs, newest first:', ''],
    ['Show the last job in full, and how to undo it:', 'latest'],
    ['Show where its datasets are now:', 'latest --check'],
    [
      'Get each dataset of the last week and its outcome, for a script:',
      `--since 7d --json | jq '.jobs[].datasets'`,
    ],
  ])
  static override args = {
    job: Args.string({
      ...FROM_COMMAND_LINE,
      description: 'Id of a job, or its first characters, or `latest` (default: all jobs).',
    }),
  }
  static override flags = {
    check: Flags.boolean({
      summary: 'Ask the Hub where the datasets of the job are now: gone, in the trash, or back.',
      helpGroup: 'OUTPUT',
    }),
    since: Flags.string({
      summary:
        'Only jobs since this time: 30d, 12h, 2w, 1m (30 days), 1y, 1w3d, or a date such as 2026-01-31.',
      helpGroup: 'SELECTION',
      helpValue: 'AGE',
    }),
    // A job itself says whose it is.
    namespace: Flags.string({
      summary: 'Organisation that the job ran for (default: as recorded).',
      helpGroup: 'CONNECTION',
      helpValue: 'NAME',
      dependsOn: ['check'],
    }),
    token: {...HubCommand.baseFlags.token, dependsOn: ['check']},
  }

  async run(): Promise<Content<'history'>> {
    const {args, flags} = await this.parse(History)
    if (args.job !== undefined && flags.since !== undefined)
      throw new UsageError('--since filters the list of jobs: use it without a job.')
    if (flags.check && args.job === undefined)
      throw new UsageError('--check asks where the datasets of one job are: add its id, or `latest`.')
    const since =
      flags.since === undefined ? undefined : cutoffOf(parseAge(flags.since, 'since'), new Date(), 'since')
    const brief = args.job !== undefined || !this.jsonEnabled()
    const all = await readHistory(this.dataDirectory, {since, brief})
    const job = args.job === undefined ? undefined : await readJob(this.dataDirectory, findJob(all, args.job))
    const check =
      job && flags.check ? await this.ask(flags, (connection) => checkJob(job, connection)) : undefined
    const jobs = job ? [job] : all.jobs
    const problems = job ? all.problems.filter((problem) => problem.job === job.id) : all.problems
    if (!this.jsonEnabled()) {
      const isSettled = job !== undefined && all.settled.has(job.id)
      const view = {...this.screen, ...this.caller, since, isSettled}
      await this.print(job ? formatJob(job, problems, view, check) : formatHistory(all, view))
    }

    return {
      dataDir: all.dataDir,
      since: since ?? null,
      ...(check && {checkedAt: check.at}),
      jobs: Array.from(jobs, (each) => jobDocument(each, check)),
      problems: problems.map((each) => ({...each, job: each.job ?? null})),
    }
  }
}
