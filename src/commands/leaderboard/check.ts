import {Flags} from '@oclif/core'

import {inCommandWords} from '../../cli/errors/failure.js'
import {examplesOf, givenFlags, summaryFlag} from '../../cli/flags/shared.js'
import {SummaryCommand} from '../../cli/summary-command.js'
import {checkLeaderboard} from '../../lib/account/leaderboard/check.js'
import {EXIT, hubCodes} from '../../lib/base/exit-codes.js'
import {checkSummary, formatCheck} from '../../lib/views/check.js'
import {boardDocument} from '../../lib/views/json/documents.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'

export default class LeaderboardCheck extends SummaryCommand {
  static override summary = 'Find where the leaderboard and the datasets disagree.'
  static override exitCodes = hubCodes(EXIT.found)
  static override description = `Finds rows whose datasets are gone, rows that an earlier commit has and the newest lost, runs without a row, duplicate rows, misspelled names or a former namespace, and private runs on a public leaderboard. Shows what to do about each. Changes nothing.

A missing traces dataset is not reported: rows always name one. Nor are runs that changed in the last 6 hours, whose row may still be written, or rows about datasets of another namespace.`
  static override examples = examplesOf([
    ['Check your own leaderboard:', ''],
    ['In a nightly job, fail if something is found:', '--exit-code'],
    ['Get the kind and the runs of each finding, for a script:', `--json | jq '.findings[] | {kind, runs}'`],
  ])
  static override flags = {
    'exit-code': Flags.boolean({
      summary: `Exit with ${EXIT.found} if something is found.`,
      helpGroup: 'OUTPUT',
    }),
    summary: summaryFlag,
  }
  protected override readonly title = 'Leaderboard check'

  async run(): Promise<Content<'leaderboard check'>> {
    const parsed = await this.parse(LeaderboardCheck)
    await this.prepareSummary(givenFlags(parsed))
    const found = await this.ask(parsed.flags, checkLeaderboard)
    const check = {
      ...found,
      findings: found.findings.map((each) => ({
        ...each,
        suggestion: inCommandWords(each.suggestion, this.invocation),
      })),
    }
    const {rows, runs, findings, remarks, past = null} = check
    if (!this.jsonEnabled()) await this.print(formatCheck(check, this.screen))
    const exitCode = parsed.flags['exit-code'] && findings.length > 0 ? EXIT.found : EXIT.done
    if (exitCode > 0) process.exitCode = exitCode
    await this.leaveSummary(exitCode, (job) => checkSummary(check, job))
    return {...boardDocument(check), rows, runs, findings, remarks, past}
  }
}
