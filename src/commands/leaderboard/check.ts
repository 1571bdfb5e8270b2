import {Flags} from '@oclif/core'

import {boardDocument} from '../../lib/documents.js'
import {givenFlags} from '../../lib/flag-clashes.js'
import {summaryFlag} from '../../lib/flags.js'
import {LazyList} from '../../lib/lazy-list.js'
import {checkLeaderboard} from '../../lib/leaderboard-check.js'
import {SummaryCommand} from '../../lib/summary-command.js'

/** With `--exit-code`, as of a dry run that finds something to delete. */
const FOUND = 10

export default class LeaderboardCheck extends SummaryCommand {
  static override summary = 'Find what does not agree between the leaderboard and the datasets.'
  static override description = `Finds rows whose datasets are gone, runs without a row, several rows about one evaluation, names that are not written exactly or have a former namespace, and private runs on a public leaderboard; says what to do about each. Changes nothing.

No finding is a missing traces dataset, since rows name one also where none was made; a run that changed in the last 6 hours, whose row may still come; and a row about datasets of another namespace.

Exit codes: 0 done, whatever was found; 1 error, or no leaderboard; 2 usage; 4 not authenticated or not allowed; 10 something was found (with --exit-code); 130 cancelled or interrupted.`
  static override examples = [
    {description: 'Check it:', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'In a nightly job, which fails where something is found:',
      command: '<%= config.bin %> <%= command.id %> --exit-code',
    },
    {
      description: 'Runs without a row, for a script:',
      command: `<%= config.bin %> <%= command.id %> --json | jq -r '.findings[] | select(.kind == "run-without-row").runs[]'`,
    },
  ]
  static override flags = {
    'exit-code': Flags.boolean({summary: `End with exit code ${FOUND} where something is found.`}),
    summary: summaryFlag,
  }
  protected override readonly title = 'Leaderboard check'

  async run(): Promise<object> {
    const {flags, metadata} = await this.parse(LeaderboardCheck)
    await this.prepareSummary(givenFlags(flags, metadata))
    const check = await this.cancellable((signal) => checkLeaderboard(this.connection(flags, signal)))
    for (const warning of check.warnings) this.warn(warning)
    const {rows, runs, findings, remarks} = check
    if (!this.jsonEnabled()) {
      const {formatCheck} = await import('../../lib/ui/findings.js')
      await this.print(formatCheck(check, this.bin, this.screen))
    }

    const exitCode = flags['exit-code'] && findings.length > 0 ? FOUND : 0
    await this.leaveSummary(exitCode, async (job) => {
      const {checkSummary} = await import('../../lib/summary/check.js')
      return checkSummary(check, this.bin, job)
    })
    if (exitCode > 0) process.exitCode = exitCode
    return {
      ...boardDocument(check),
      rows,
      runs,
      findings: LazyList.of(findings, (finding) => ({
        ...finding,
        suggestion: finding.suggestion.replaceAll('{bin}', this.bin),
      })),
      remarks,
    }
  }
}
