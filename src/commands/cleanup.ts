import {type CleanupPresenter} from '../cli/cleanup-presenter.js'
import {type CleanupFlags, cleanupFlags, DAILY_FLAGS, executionOf, rulesOf} from '../cli/flags/cleanup.js'
import {examplesOf, givenFlags} from '../cli/flags/shared.js'
import {PlanCommand} from '../cli/plan-command.js'
import {ALL_CODES} from '../lib/base/exit-codes.js'
import {applyPlan} from '../lib/cleanup/apply.js'
import {cleanupDatasets} from '../lib/cleanup/cleanup.js'
import {type CleanupResult} from '../lib/cleanup/result.js'
import {type Content} from '../lib/views/json/schemas/documents.js'

export default class Cleanup extends PlanCommand {
  static override summary = 'Show which old or broken runs to delete, then delete them.'
  static override exitCodes = ALL_CODES
  static override description = `Shows what would be deleted. Only --no-dry-run deletes, and then only after you type DELETE (YES DELETE ALL with --all), or with --yes. It deletes exactly what it showed; datasets that changed since are skipped.

Selection flags choose the runs to delete. If you use several, a run must match all of them. Retention flags (--keep-*) always beat a selection; if you use several, one is enough to keep a run. With retention flags alone, all other runs are deleted. Scope flags choose which datasets of these runs are deleted. Pinned runs are always kept, and so are runs that may still be uploading (--grace).

--model, --team, --purpose, --status, --unreferenced, --score-below, --keep-best and --group-by read the leaderboard. They are refused if it is missing or unusable, or if most runs with metrics have lost their rows; so is --incomplete-only, unless you add --ignore-leaderboard. Of these, only --unreferenced selects runs without a row. Unclear runs are kept in addition to the N: those with an unknown status, an impossible score, contradictory rows, or metrics without a row.

--interactive lets you pick runs from a list. --plan saves a plan, --apply uses it later. --policy reads the rules from a file; no file is read by default.

--trash moves the datasets to the trash instead: TRASH (TRASH ALL with --all) confirms it, \`trash restore\` undoes it, and \`trash empty\` deletes them for good, which frees their storage. --archive keeps a copy of each dataset for \`restore\`. \`history\` shows past cleanups.`
  static override usage = [
    '<%= command.id %> [SELECTION] [RETENTION] [--no-dry-run] [FLAGS]',
    '<%= command.id %> --policy FILE [--no-dry-run] [FLAGS]',
    '<%= command.id %> --apply FILE [--no-dry-run] [FLAGS]',
  ]
  static override examples = examplesOf([
    ['Show runs older than 30 days, but keep the 5 newest:', '--older-than 30d --keep-recent 5'],
    [
      'Move them to the trash, after a confirmation:',
      '--older-than 30d --keep-recent 5 --trash --no-dry-run',
    ],
    [
      'Delete them for good, after a confirmation, and keep a copy:',
      '--older-than 30d --keep-recent 5 --archive copies --no-dry-run',
    ],
    [
      'Keep the last month, and for each model the 3 best runs and one run a week for a year:',
      '--keep-within 30d --keep-best 3 --keep-weekly 52 --group-by model',
    ],
    [
      'Show failed runs of some models that are older than a week:',
      '--model "openai/*" --status failed --older-than 1w',
    ],
    [
      'Pick the runs to delete by hand, starting from those older than 30 days:',
      '--older-than 30d --interactive --no-dry-run',
    ],
    [
      'Delete only the traces of old runs, in a nightly job:',
      '--only traces --older-than 2w --max-delete 10% --no-dry-run --yes',
    ],
    ['Use the rules in a file:', '--policy policy.yaml --max-delete 10% --no-dry-run --yes'],
    ['Save a plan for review:', '--older-than 30d --plan plan.json'],
    ['Delete exactly what is in that plan:', '--apply plan.json --no-dry-run'],
  ])
  static override flags = cleanupFlags
  /** Those of `-h`. */
  static dailyFlags = DAILY_FLAGS
  protected override readonly title = 'Cleanup'

  async run(): Promise<Content<'cleanup'>> {
    const parsed = await this.parse(Cleanup)
    return this.present(givenFlags(parsed), ['apply', 'plan', 'policy'], (presenter, signal) =>
      this.work(parsed.flags, presenter, signal),
    )
  }

  private async work(
    flags: CleanupFlags,
    presenter: CleanupPresenter,
    signal: AbortSignal,
  ): Promise<CleanupResult> {
    const job = {
      ...this.connection(flags.apply === undefined ? flags : this.asRecorded(flags), signal),
      ...executionOf(flags),
      ...(await presenter.execution(signal)),
      dataDir: this.dataDirectory,
      withRows: presenter.showsRuns,
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
}
