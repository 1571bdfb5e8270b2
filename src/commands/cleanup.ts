import {type Interfaces} from '@oclif/core'

import {type HubCommand} from '../cli/base-command.js'
import {cleanupFlags} from '../cli/flags/cleanup.js'
import {givenFlags, refuseClashes} from '../cli/flags/flag-clashes.js'
import {retentionOf} from '../cli/flags/retention.js'
import {requireOutput, watchOutput} from '../cli/output.js'
import {type Progress} from '../cli/progress/progress.js'
import {SummaryCommand} from '../cli/summary-command.js'
import {SmoltraceError, UsageError} from '../lib/base/errors.js'
import {ALL_CODES, type ExitCode, withExitCodes} from '../lib/base/exit-codes.js'
import {applyPlan} from '../lib/cleanup/apply.js'
import {cleanupDatasets} from '../lib/cleanup/cleanup.js'
import {type ExecutionOptions} from '../lib/cleanup/options.js'
import {type CleanupResult, exitCodeOf} from '../lib/cleanup/result.js'
import {type Wait} from '../lib/hub/retry.js'
import {type Plan} from '../lib/plan/plan.js'
import {type SavedPlan} from '../lib/plan/saved/saved-plan.js'
import {type RetentionOptions} from '../lib/retention/rules.js'
import {cleanupDocument} from '../lib/views/json/documents.js'
import {type AppliedPlan, type Asked, type MadePlan} from '../lib/views/terminal/cleanup.js'
import {whyPlain} from '../lib/views/terminal/style.js'

export default class Cleanup extends SummaryCommand {
  static override summary = 'Delete datasets of old or broken runs, after showing them.'
  static override exitCodes = ALL_CODES
  static override description = withExitCodes(
    `Shows what would go. Nothing is deleted without --no-dry-run, and then only after DELETE has been typed (YES DELETE ALL with --all) or with --yes. What is deleted is exactly what was shown: what changed since is skipped.

Selectors (the selection flags) say which runs may go; several of them must all agree. Keepers (the retention flags) save runs whatever selects them; one of several is enough. With keepers alone, every run that none of them saves may go. The scope says which datasets of these runs go. Pinned runs always stay, and so does what may still be uploading (--grace).

--model, --team, --purpose, --status, --unreferenced, --score-below, --keep-best and --group-by go by the rows of the leaderboard, and are refused where there is none, or none of use. So is --incomplete-only, unless --ignore-leaderboard is given, and so are all of them where most runs with metrics have lost their rows. Of these selectors only --unreferenced ever selects a run without a row. Keepers keep beside the N what is in doubt: a status that is unknown, a score that cannot be, rows that disagree, no row of a run that has metrics.

--interactive shows the runs as a list, to pick from. --plan saves what was shown, --apply carries it out later. --policy takes the rules from a file; none is ever looked for. --archive keeps a copy of each dataset, which \`restore\` brings back; \`history\` tells what was deleted.`,
    this.exitCodes,
  )
  static override usage = [
    '<%= command.id %> [SELECTION] [RETENTION] [--no-dry-run] [FLAGS]',
    '<%= command.id %> --policy FILE [--no-dry-run] [FLAGS]',
    '<%= command.id %> --apply FILE [--no-dry-run] [FLAGS]',
  ]
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
      description:
        'Keep all of the last month, and of each model the 3 best runs for ever and one run a week for a year:',
      command:
        '<%= config.bin %> <%= command.id %> --keep-within 30d --keep-best 3 --keep-weekly 52 --group-by model',
    },
    {
      description: 'Show the failed runs of some models that are older than a week:',
      command: '<%= config.bin %> <%= command.id %> --model "openai/*" --status failed --older-than 1w',
    },
    {
      description: 'Pick by hand, starting from what the rules select, and delete it:',
      command: '<%= config.bin %> <%= command.id %> --older-than 30d --interactive --no-dry-run',
    },
    {
      description: 'Delete only the traces of old runs, in a nightly job:',
      command:
        '<%= config.bin %> <%= command.id %> --only traces --older-than 2w --max-delete 10% --no-dry-run --yes',
    },
    {
      description: 'The same by rules that are written down:',
      command: '<%= config.bin %> <%= command.id %> --policy policy.yaml --max-delete 10% --no-dry-run --yes',
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
  static override flags = cleanupFlags
  protected override readonly title = 'Cleanup'
  private progress: Progress | undefined
  /** The plan that is applied, as it was saved. */
  private saved: SavedPlan | undefined
  /** Whether a DELETE may have been sent. */
  private hasBegun = false
  /** The plan as it was shown. */
  private shown: () => string = () => ''
  /** How many warnings have been told. */
  private told = 0

  async run(): Promise<object> {
    const {flags, metadata} = await this.parse(Cleanup)
    const given = givenFlags(flags, metadata)
    await this.prepareSummary(given, ['apply', 'plan', 'policy'])
    refuseClashes(given)
    if (flags.interactive) this.requireScreen()
    if (flags['no-dry-run'] && !flags.yes)
      this.requireTerminal('--no-dry-run asks for a confirmation', 'add --yes')
    const {bin, isRehearsal, dataDirectory} = this
    const asked = {given, bin, isRehearsal, dataDirectory}
    const result = await this.cancellable((signal) => this.work(flags, asked, signal))
    await this.progress?.end()
    this.tellOnce(result.warnings)
    await this.report(result, asked)
    const exitCode = exitCodeOf(result, flags['exit-code'])
    process.exitCode = exitCode
    await this.summarize(result, asked, exitCode)
    return {...cleanupDocument(result), policy: flags.policy ?? null}
  }

  private async work(flags: CleanupFlags, asked: Asked, signal: AbortSignal): Promise<CleanupResult> {
    const connection = this.connection(flags, signal)
    const execution = await this.execution(flags, signal)
    if (flags.apply !== undefined) {
      return applyPlan(flags.apply, {
        ...connection,
        ...execution,
        sizes: flags.sizes,
        onPlan: (saved, stale, warnings, sizes) => this.previewSaved({saved, stale, sizes}, warnings, asked),
      })
    }

    return cleanupDatasets({
      ...connection,
      ...execution,
      ...(flags.policy === undefined ? retentionOf(flags) : await rulesIn(flags.policy)),
      savePlan: flags.plan,
      sizes: flags.sizes,
      choose: flags.interactive ? (plan, warnings) => this.pick(plan, warnings, signal) : undefined,
      onPlan: (plan, warnings, sizes) => this.preview({plan, sizes}, warnings, asked),
    })
  }

  private async execution(flags: CleanupFlags, signal: AbortSignal): Promise<ExecutionOptions> {
    const isLive = flags['no-dry-run'] && !this.jsonEnabled()
    const show = isLive ? (await import('../cli/progress/progress.js')).showProgress : undefined
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
        if (event.kind === 'started') this.begin()
        this.progress ??= show?.(plan, signal)
        this.progress?.onEvent(event)
      },
    }
  }

  private begin(): void {
    this.hasBegun = true
    watchOutput(`What was deleted is listed by: ${this.bin} history`)
  }

  /** Whoever reads an error wants to know first whether anything is gone. */
  protected override reassurance(): string | undefined {
    return this.hasBegun ? undefined : 'Nothing was deleted.'
  }

  protected override async catch(error: Error): Promise<void> {
    this.progress?.abandon()
    const first = this.reassurance()
    if (error instanceof SmoltraceError && !(error instanceof UsageError) && first)
      error.suggestions.unshift(first)
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

  /** Nobody could answer, or see the question, so it is refused before anything is listed. */
  private requireTerminal(asks: string, instead: string): void {
    if (this.jsonEnabled()) throw new UsageError(`${asks}, and --json never asks: ${instead}.`)
    if (!process.stdin.isTTY) throw new UsageError(`${asks}, and there is no terminal to ask on: ${instead}.`)
    if (!process.stderr.isTTY) throw new UsageError(`${asks} on stderr, which is no terminal: ${instead}.`)
  }

  /** A list needs a screen on which the cursor moves, and somebody who sees it: a CI job may have a terminal, but nobody. */
  private requireScreen(): void {
    const shows = '--interactive shows a list to pick from'
    const instead = 'name runs with --run TIMESTAMP'
    this.requireTerminal(shows, instead)
    const why = whyPlain()
    if (why !== undefined) throw new UsageError(`${shows}, and ${why}: ${instead}.`)
  }

  private async pick(plan: Plan, warnings: string[], signal: AbortSignal): Promise<string[] | undefined> {
    this.tellOnce(warnings)
    const {pickRuns} = await import('../cli/prompts/pick-prompt.js')
    return pickRuns(plan, signal)
  }

  /** Of warnings that grow in number, those that have not been told yet. */
  private tellOnce(warnings: string[]): void {
    for (const warning of warnings.slice(this.told)) this.warn(warning)
    this.told = warnings.length
  }

  private async preview(made: MadePlan, warnings: string[], asked: Asked): Promise<void> {
    this.tellOnce(warnings)
    const {previewOf} = await import('../lib/views/terminal/cleanup.js')
    await this.showPlan(() => previewOf(made, asked, this.screen), asked)
  }

  private async previewSaved(applied: AppliedPlan, warnings: string[], asked: Asked): Promise<void> {
    this.saved = applied.saved
    this.tellOnce(warnings)
    const {previewOfSaved} = await import('../lib/views/terminal/cleanup.js')
    await this.showPlan(() => previewOfSaved(applied, asked, this.screen), asked)
  }

  /**
   * Under `--json` the plan is part of the document that ends the job: a blank line before it, which JSON allows, shows whether
   * stdout can be written at all.
   */
  private async showPlan(preview: () => string, {given}: Asked): Promise<void> {
    const isWet = given['no-dry-run'] === true
    this.shown = preview
    if (!this.jsonEnabled()) await this.print(`${preview()}\n`)
    else if (isWet) await this.print('')
    if (isWet) requireOutput('The plan')
  }

  private async confirm(plan: Plan, isArchived: boolean, signal: AbortSignal): Promise<boolean> {
    const {confirmByPhrase} = await import('../cli/prompts/confirm.js')
    return confirmByPhrase(plan, isArchived, signal, this.shown)
  }

  private async report(result: CleanupResult, asked: Asked): Promise<void> {
    if (this.jsonEnabled()) return
    const {resultText} = await import('../lib/views/terminal/cleanup.js')
    if (result.declined) process.stderr.write('Cancelled: nothing was deleted.\n')
    else await this.print(resultText(result, asked, this.screen))
  }

  private summarize(result: CleanupResult, asked: Asked, exitCode: ExitCode): Promise<void> {
    return this.leaveSummary(exitCode, async (job) => {
      const {cleanupSummary} = await import('../lib/views/markdown/cleanup.js')
      return cleanupSummary(result, asked, {...job, saved: this.saved})
    })
  }
}

type CleanupFlags = Interfaces.InferredFlags<typeof Cleanup.flags & typeof HubCommand.baseFlags>

async function rulesIn(policy: string): Promise<RetentionOptions> {
  const {loadPolicy} = await import('../lib/retention/policy/load.js')
  const {options} = await loadPolicy(policy)
  return options
}
