import {type Interfaces} from '@oclif/core'

import {applyPlan} from '../lib/apply.js'
import {leaderboardArchive} from '../lib/archiving.js'
import {HubCommand} from '../lib/base-command.js'
import {APPLY_FLAGS, cleanupFlags} from '../lib/cleanup-flags.js'
import {cleanupDatasets} from '../lib/cleanup.js'
import {type FlagValue} from '../lib/command-line.js'
import {cleanupDocument} from '../lib/documents.js'
import {SmoltraceError, UsageError} from '../lib/errors.js'
import {type ExecutionOptions} from '../lib/execution.js'
import {type Wait} from '../lib/hub/repeats.js'
import {type Outcome} from '../lib/outcomes.js'
import {type Plan} from '../lib/plan.js'
import {type CleanupResult, exitCodeOf} from '../lib/result.js'
import {type SavedPlan} from '../lib/saved-plan.js'
import {type Sizes} from '../lib/sizes.js'
import {type PlanNotes} from '../lib/ui/preview.js'
import {type Progress} from '../lib/ui/progress.js'

type GivenFlags = Record<string, FlagValue>

export default class Cleanup extends HubCommand {
  static override summary =
    'Delete datasets of old or broken runs: shows what would go, deletes only with --no-dry-run.'
  static override description = `Selectors (--older-than, --incomplete-only, --run, --all) make runs candidates; several of them must all agree. Keepers (--keep-recent) save runs whatever selects them; with a keeper alone, every other run is a candidate. --only and --delete-leaderboard say which datasets of these runs go. Pinned runs always stay.

Nothing is deleted without --no-dry-run, and then only after DELETE has been typed (YES DELETE ALL with --all) or with --yes. What is deleted is exactly what was shown: what changed since is skipped. --plan saves what was shown, --apply carries it out later. --archive keeps a copy of each dataset, which \`restore\` brings back; \`history\` tells what was deleted.

Exit codes: 0 done or nothing to do, 1 error or refused, 2 usage, 3 something was not deleted, 4 not authenticated or not allowed, 5 nothing of a saved plan could be applied, 10 a dry run found work (with --exit-code), 130 cancelled or interrupted.`
  static override examples = [
    {
      description: 'Show what is older than 30 days, but keep the 5 newest runs:',
      command: '<%= config.bin %> <%= command.id %> --older-than 30d --keep-recent 5',
    },
    {
      description: 'Delete it, after typing DELETE, and keep a copy:',
      command:
        '<%= config.bin %> <%= command.id %> --older-than 30d --keep-recent 5 --archive copies --no-dry-run',
    },
    {
      description: 'Delete only the traces of old runs, in a nightly job:',
      command:
        '<%= config.bin %> <%= command.id %> --only traces --older-than 2w --max-delete 10% --no-dry-run --yes',
    },
    {
      description: 'Save a plan for somebody to review:',
      command: '<%= config.bin %> <%= command.id %> --older-than 30d --plan plan.json',
    },
    {
      description: 'Carry out exactly that plan:',
      command: '<%= config.bin %> <%= command.id %> --apply plan.json --no-dry-run',
    },
  ]
  static override hiddenAliases = ['smoltrace:cleanup']
  static override flags = cleanupFlags
  private progress: Progress | undefined
  /** Whether a DELETE may have been sent. */
  private hasBegun = false

  async run(): Promise<object> {
    const {flags, metadata} = await this.parse(Cleanup)
    const isGiven = ([name]: [string, unknown]) => !metadata.flags[name]?.setFromDefault
    const given: GivenFlags = Object.fromEntries(Object.entries(flags).filter((entry) => isGiven(entry)))
    if (flags.apply !== undefined) requireNoFilter(given)
    if (flags['no-dry-run'] && !flags.yes) this.requireTerminal()
    const result = await this.cancellable((signal) => this.work(flags, signal))
    await this.progress?.end()
    await this.report(result, given)
    process.exitCode = exitCodeOf(result, flags['exit-code'])
    return cleanupDocument(result)
  }

  private async work(flags: CleanupFlags, signal: AbortSignal): Promise<CleanupResult> {
    const connection = this.connection(flags, signal)
    const execution = await this.execution(flags, signal)
    if (flags.apply !== undefined) {
      return applyPlan(flags.apply, {
        ...connection,
        ...execution,
        sizes: flags.sizes,
        onPlan: (saved, stale, warnings, sizes) =>
          this.previewApplied(saved, stale, warnings, {flags, sizes}),
      })
    }

    return cleanupDatasets({
      ...connection,
      ...execution,
      olderThan: flags['older-than'],
      incompleteOnly: flags['incomplete-only'],
      ignoreLeaderboard: flags['ignore-leaderboard'],
      run: flags.run,
      all: flags.all,
      keepRecent: flags['keep-recent'],
      grace: flags.grace,
      only: flags.only,
      deleteLeaderboard: flags['delete-leaderboard'],
      savePlan: flags.plan,
      sizes: flags.sizes,
      onPlan: (plan, warnings, sizes) => this.preview(plan, warnings, {flags, sizes}),
    })
  }

  private async execution(flags: CleanupFlags, signal: AbortSignal): Promise<ExecutionOptions> {
    const isLive = flags['no-dry-run'] && !this.jsonEnabled()
    const show = isLive ? (await import('../lib/ui/progress.js')).showProgress : undefined
    return {
      dryRun: !flags['no-dry-run'],
      yes: flags.yes,
      concurrency: flags.concurrency,
      maxDelete: flags['max-delete'],
      archive: flags.archive,
      journal: !flags['no-journal'],
      dataDir: this.dataDirectory,
      confirmedBy: 'phrase',
      confirm: (plan) => this.confirm(plan, flags.archive !== undefined, signal),
      onEvent: (event, plan) => {
        this.hasBegun ||= event.kind === 'started'
        this.progress ??= show?.(plan, signal)
        this.progress?.onEvent(event)
      },
    }
  }

  /** Whoever reads an error wants to know first whether anything is gone. */
  protected override async catch(error: Error): Promise<void> {
    this.progress?.abandon()
    if (error instanceof SmoltraceError && !(error instanceof UsageError) && !this.hasBegun)
      error.suggestions.unshift('Nothing was deleted.')
    await super.catch(error)
  }

  protected override lastWords(): void {
    this.progress?.abandon()
    if (this.hasBegun) process.stderr.write(`Ended at once. What of it is certain: ${this.bin} history\n`)
  }

  protected override tellWait(wait: Wait): void {
    if (this.progress) this.progress.onEvent({kind: 'waiting', ...wait})
    else super.tellWait(wait)
  }

  protected override note(text: string): void {
    if (this.progress) this.progress.note(text)
    else super.note(text)
  }

  /** Nobody could answer, or see the question, so it is refused before anything is listed. */
  private requireTerminal(): void {
    const asks = '--no-dry-run asks for a confirmation'
    if (this.jsonEnabled()) throw new UsageError(`${asks}, and --json never asks: add --yes.`)
    if (!process.stdin.isTTY) throw new UsageError(`${asks}, and there is no terminal to ask on: add --yes.`)
    if (!process.stderr.isTTY) throw new UsageError(`${asks} on stderr, which is no terminal: add --yes.`)
  }

  private async preview(plan: Plan, warnings: string[], shown: Shown): Promise<void> {
    for (const warning of warnings) this.warn(warning)
    if (this.jsonEnabled()) return
    const {formatPlan} = await import('../lib/ui/preview.js')
    await this.print(formatPlan(plan, this.notes('Cleanup', plan, shown), this.screen))
    this.log()
  }

  private async previewApplied(
    saved: SavedPlan,
    stale: Outcome[],
    warnings: string[],
    shown: Shown,
  ): Promise<void> {
    for (const warning of warnings) this.warn(warning)
    if (this.jsonEnabled()) return
    const {formatAppliedPlan} = await import('../lib/ui/applied.js')
    const notes = this.notes('Cleanup by a saved plan', saved.plan, shown)
    await this.print(formatAppliedPlan(saved, stale, notes, this.screen))
    this.log()
  }

  private notes(title: string, plan: Plan, {flags, sizes}: Shown): PlanNotes {
    return {
      title: flags['no-dry-run'] ? title : `${title}: dry run`,
      archive: flags.archive,
      leaderboardArchive: flags.archive ?? leaderboardArchive(this.dataDirectory, plan.now),
      sizes,
    }
  }

  private async confirm(plan: Plan, isArchived: boolean, signal: AbortSignal): Promise<boolean> {
    const {confirmByPhrase} = await import('../lib/ui/confirmation.js')
    return confirmByPhrase(plan, isArchived, signal)
  }

  private async report(result: CleanupResult, given: GivenFlags): Promise<void> {
    if (this.jsonEnabled()) return
    const {style} = this.screen
    const {wouldDelete, stale, dryRun, declined} = result
    const plan = typeof given.plan === 'string' ? given.plan : undefined
    if (wouldDelete === 0)
      this.log(stale.length > 0 ? 'Nothing of the plan is left to delete.' : 'Nothing to delete.')
    else if (dryRun) this.log(await this.nextStep(result, given))
    else if (declined) process.stderr.write('Cancelled: nothing was deleted.\n')
    else await this.print((await import('../lib/ui/summary.js')).formatSummary(result, style))
    if (plan !== undefined && wouldDelete === 0) this.log(`The plan was saved to ${plan}.`)
  }

  private async nextStep(result: CleanupResult, given: GivenFlags): Promise<string> {
    const {formatNextStep} = await import('../lib/ui/next-step.js')
    const {bin, isRehearsal} = this
    return formatNextStep(result, {bin, given, applyFlags: APPLY_FLAGS, isRehearsal}, this.screen.style)
  }
}

type CleanupFlags = Interfaces.InferredFlags<typeof Cleanup.flags & typeof HubCommand.baseFlags>

/** What a preview shows beside the plan. */
interface Shown {
  flags: CleanupFlags
  sizes: Sizes | undefined
}

/** A saved plan says itself what goes: whoever adds a filter expects of it what it would not do. */
function requireNoFilter(given: GivenFlags): void {
  const clashing = Object.keys(given).filter((name) => given[name] !== false && !APPLY_FLAGS.has(name))
  if (clashing.length === 0) return
  const names = clashing.map((name) => `--${name}`).join(', ')
  throw new UsageError(`--apply carries out the plan as it was made: leave out ${names}.`)
}
