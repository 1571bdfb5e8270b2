import {Flags} from '@oclif/core'

import {HubCommand} from '../../cli/base-command.js'
import {repeatFlags} from '../../cli/command-line.js'
import {requireAnswerable} from '../../cli/consent.js'
import {examplesOf, givenFlags} from '../../cli/flags/shared.js'
import {requirePlanWritten} from '../../cli/output.js'
import {EXIT, hubCodes} from '../../lib/base/exit-codes.js'
import {type GivenFlags} from '../../lib/base/shell.js'
import {pruneLeaderboard, type PruneResult} from '../../lib/cleanup/prune-leaderboard.js'
import {pruneDocument} from '../../lib/views/json/documents.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {formatPrune, formatPruned, pruneWarning} from '../../lib/views/terminal/prune.js'
import {screenOf} from '../../lib/views/terminal/style.js'

export default class LeaderboardPrune extends HubCommand {
  static override summary = 'Empty or remove leaderboard rows whose datasets are gone.'
  static override exitCodes = hubCodes(EXIT.incomplete)
  static override description = `Finds rows that name only datasets which are gone: not listed, not in the trash, and not found at their address. Empties their references to these datasets, so that nothing follows them to an error; scores and everything else are kept. With --drop, removes these rows. Rows about runs that still have a dataset are never changed.

Shows the rows. Only --no-dry-run changes the leaderboard, and then only after you type PRUNE, or with --yes. It is archived first and changed in one commit; every other row, column and type is checked to read back as it was. A row that an evaluation adds in the meantime is kept. --drop is refused while the leaderboard is protected.`
  static override examples = examplesOf([
    ['Show the rows whose datasets are gone:', ''],
    ['Empty their references after a confirmation:', '--no-dry-run'],
    ['Remove them, in a nightly job:', '--drop --no-dry-run --yes'],
  ])
  static override flags = {
    yes: Flags.boolean({char: 'y', summary: 'Skip the confirmation.', helpGroup: 'SAFETY'}),
    drop: Flags.boolean({summary: 'Remove the rows, with their scores.', helpGroup: 'SAFETY'}),
    'dry-run': Flags.boolean({
      summary: 'Show what would be changed. This is the default.',
      exclusive: ['no-dry-run'],
      helpGroup: 'SAFETY',
    }),
    'no-dry-run': Flags.boolean({
      summary: 'Change the leaderboard, after a confirmation.',
      helpGroup: 'SAFETY',
    }),
  }
  private mayHaveChanged = false

  async run(): Promise<Content<'leaderboard prune'>> {
    const parsed = await this.parse(LeaderboardPrune)
    const {drop, yes, 'no-dry-run': isLive} = parsed.flags
    const given = givenFlags(parsed)
    requireAnswerable(given, this.jsonEnabled())
    const result = await this.ask(parsed.flags, (connection, signal) =>
      pruneLeaderboard({
        ...connection,
        drop,
        dryRun: !isLive,
        dataDir: this.dataDirectory,
        confirm: (found) => this.confirm(found, yes, signal),
      }),
    )
    await this.report(result, given)
    return pruneDocument(result)
  }

  /** Under `--json` a blank line shows whether the document can be written at all. */
  private async confirm(found: PruneResult, yes: boolean, signal: AbortSignal): Promise<boolean> {
    await this.print(this.jsonEnabled() ? '' : `${formatPrune(found, this.screen)}\n`)
    requirePlanWritten()
    const {askForPhrase} = await import('../../cli/prompts/confirm.js')
    const warning = pruneWarning(found, screenOf(process.stderr))
    this.mayHaveChanged = yes || (await askForPhrase('PRUNE', warning, signal))
    return this.mayHaveChanged
  }

  private async report(result: PruneResult, given: GivenFlags): Promise<void> {
    const {dryRun, declined, orphans, pruned} = result
    if (declined) process.exitCode = EXIT.cancelled
    else if (!dryRun && pruned < orphans.length) process.exitCode = EXIT.incomplete
    if (declined) process.stderr.write('Cancelled: nothing was changed.\n')
    if (declined || this.jsonEnabled()) return
    if (!dryRun && orphans.length > 0) return this.print(formatPruned(result, this.screen))
    await this.print(formatPrune(result, this.screen))
    if (orphans.length === 0) return
    const words = [this.bin, this.commandName, repeatFlags(given), '--no-dry-run']
    const next = words.filter(Boolean).join(' ')
    await this.print(`\nThis is a dry run: nothing was changed. To prune these rows:\n\n  ${next}`)
  }

  /** The first thing to say with an error is whether anything was changed. */
  protected override safetyNote(): string | undefined {
    return this.mayHaveChanged ? undefined : 'Nothing was changed.'
  }
}
