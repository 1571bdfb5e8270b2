import {CleanupPresenter} from '../cli/cleanup-presenter.js'
import {type CleanupFlags, cleanupFlags, executionOf, rulesOf} from '../cli/flags/cleanup.js'
import {examplesOf, givenFlags} from '../cli/flags/shared.js'
import {SummaryCommand} from '../cli/summary-command.js'
import {ALL_CODES} from '../lib/base/exit-codes.js'
import {applyPlan} from '../lib/cleanup/apply.js'
import {cleanupDatasets} from '../lib/cleanup/cleanup.js'
import {type CleanupResult, exitCodeOf} from '../lib/cleanup/result.js'
import {cleanupDocument} from '../lib/views/json/documents.js'
import {type Content} from '../lib/views/json/schemas/documents.js'

export default class Cleanup extends SummaryCommand {
  static override summary = 'Delete datasets of old or broken runs, after showing them.'
  static override exitCodes = ALL_CODES
  static override description = `Shows what would be deleted. Nothing is deleted without --no-dry-run, and then only after DELETE has been typed (YES DELETE ALL with --all) or with --yes. What is deleted is exactly what was shown: what changed since is skipped.

Selectors (the selection flags) say which runs may be deleted; several of them must all agree. Keepers (the retention flags) save runs whatever selects them; one of several is enough. With keepers alone, every run that none of them saves may be deleted. The scope says which datasets of these runs are deleted. Pinned runs always stay, and so does what may still be uploading (--grace).

--model, --team, --purpose, --status, --unreferenced, --score-below, --keep-best and --group-by use the rows of the leaderboard, and are refused where there is none, or none of use. So is --incomplete-only, unless --ignore-leaderboard is given, and so are all of them where most runs with metrics have lost their rows. Of these selectors only --unreferenced ever selects a run without a row. In addition to the N, keepers keep what is in doubt: a status that is unknown, a score that cannot be, rows that disagree, no row of a run that has metrics.

--interactive shows the runs as a list, to pick from. --plan saves what was shown, --apply carries it out later. --policy takes the rules from a file; none is ever looked for. --archive keeps a copy of each dataset, which \`restore\` brings back; \`history\` shows what was deleted.`
  static override usage = [
    '<%= command.id %> [SELECTION] [RETENTION] [--no-dry-run] [FLAGS]',
    '<%= command.id %> --policy FILE [--no-dry-run] [FLAGS]',
    '<%= command.id %> --apply FILE [--no-dry-run] [FLAGS]',
  ]
  static override examples = examplesOf([
    ['Show what is older than 30 days, but keep the 5 newest runs:', '--older-than 30d --keep-recent 5'],
    [
      'Delete it, after typing DELETE, and keep a copy:',
      '--older-than 30d --keep-recent 5 --archive copies --no-dry-run',
    ],
    [
      'Keep all of the last month, and of each model the 3 best runs for ever and one run a week for a year:',
      '--keep-within 30d --keep-best 3 --keep-weekly 52 --group-by model',
    ],
    [
      'Show the failed runs of some models that are older than a week:',
      '--model "openai/*" --status failed --older-than 1w',
    ],
    [
      'Pick by hand, starting from what the rules select, and delete it:',
      '--older-than 30d --interactive --no-dry-run',
    ],
    [
      'Delete only the traces of old runs, in a nightly job:',
      '--only traces --older-than 2w --max-delete 10% --no-dry-run --yes',
    ],
    ['The same by rules that are written down:', '--policy policy.yaml --max-delete 10% --no-dry-run --yes'],
    ['Save a plan for review:', '--older-than 30d --plan plan.json'],
    ['Carry out exactly that plan:', '--apply plan.json --no-dry-run'],
  ])
  static override flags = cleanupFlags
  protected override readonly title = 'Cleanup'
  private presenter: CleanupPresenter | undefined

  async run(): Promise<Content<'cleanup'>> {
    const parsed = await this.parse(Cleanup)
    const {flags} = parsed
    const given = givenFlags(parsed)
    await this.prepareSummary(given, ['apply', 'plan', 'policy'])
    const presenter = new CleanupPresenter(this, given)
    presenter.requireTerminal()
    this.presenter = presenter
    const result = await this.cancellable((signal) => this.work(flags, presenter, signal))
    await presenter.report(result)
    const exitCode = exitCodeOf(result, flags['exit-code'])
    process.exitCode = exitCode
    await this.leaveSummary(exitCode, (job) => presenter.summaryOf(result, job))
    return cleanupDocument(result, flags.policy)
  }

  private async work(
    flags: CleanupFlags,
    presenter: CleanupPresenter,
    signal: AbortSignal,
  ): Promise<CleanupResult> {
    const job = {
      ...this.connection(flags, signal),
      ...executionOf(flags),
      ...(await presenter.execution(signal)),
      dataDir: this.dataDirectory,
      withRows: !this.jsonEnabled(),
    }
    if (flags.apply !== undefined) return applyPlan(flags.apply, {...job, onPlan: presenter.onPlan})
    return cleanupDatasets({
      ...job,
      ...(await rulesOf(flags)),
      savePlan: flags.plan,
      choose: flags.interactive ? presenter.pickFrom(signal) : undefined,
      onPlan: presenter.onPlan,
    })
  }

  /** The first thing to say with an error is whether anything is deleted. */
  protected override safetyNote(): string | undefined {
    return this.presenter?.hasBegun ? undefined : 'Nothing was deleted.'
  }

  protected override onForcedExit(): void {
    super.onForcedExit()
    if (this.presenter?.hasBegun)
      process.stderr.write(`Aborted. To see what was deleted: ${this.bin} history\n`)
  }
}
