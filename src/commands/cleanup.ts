import {Flags} from '@oclif/core'

import {HubCommand} from '../lib/base-command.js'
import {cleanupDatasets} from '../lib/cleanup.js'
import {type FlagValue, formatFlags} from '../lib/command-line.js'
import {cleanupDocument} from '../lib/documents.js'
import {SmoltraceError, UsageError} from '../lib/errors.js'
import {type CleanupResult, DEFAULT_CONCURRENCY, exitCodeOf, MAX_CONCURRENCY} from '../lib/execution.js'
import {graceFlag, onlyFlag, selectionFlags, wholeNumber} from '../lib/flags.js'
import {type Plan, plannedDatasets} from '../lib/plan.js'
import {type Progress} from '../lib/ui/progress.js'
import {type Style} from '../lib/ui/style.js'
import {count} from '../lib/ui/wording.js'

/** Flags that say how the command runs, not what goes: the command that carries out a dry run does not repeat them. */
const NOT_REPEATED = new Set(['dry-run', 'exit-code', 'json', 'token', 'yes'])

export default class Cleanup extends HubCommand {
  static override summary =
    'Delete datasets of old or broken runs: shows what would go, deletes only with --no-dry-run.'
  static override description = `Selectors (--older-than, --incomplete-only, --run, --all) make runs candidates; several of them must all agree. Keepers (--keep-recent) save runs whatever selects them; with a keeper alone, every other run is a candidate. --only and --delete-leaderboard say which datasets of these runs go.

Nothing is deleted without --no-dry-run, and then only after DELETE has been typed (YES DELETE ALL with --all) or with --yes. What is deleted is exactly what was shown: what changed since is skipped.

Exit codes: 0 done or nothing to do, 1 error or refused, 2 usage, 3 something was not deleted, 4 not authenticated or not allowed, 10 a dry run found work (with --exit-code), 130 cancelled or interrupted.`
  static override examples = [
    {
      description: 'Show what is older than 30 days, but keep the 5 newest runs:',
      command: '<%= config.bin %> <%= command.id %> --older-than 30d --keep-recent 5',
    },
    {
      description: 'Delete it, after typing DELETE:',
      command: '<%= config.bin %> <%= command.id %> --older-than 30d --keep-recent 5 --no-dry-run',
    },
    {
      description: 'Delete only the traces of old runs, in a nightly job:',
      command: '<%= config.bin %> <%= command.id %> --only traces --older-than 2w --no-dry-run --yes',
    },
    {
      description: 'Delete one run:',
      command: '<%= config.bin %> <%= command.id %> --run 20260131_235959 --no-dry-run',
    },
  ]
  static override hiddenAliases = ['smoltrace:cleanup']
  static override flags = {
    ...selectionFlags,
    run: Flags.string({
      summary: 'Only the run with this timestamp; may be given several times.',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'SELECTOR',
      helpValue: 'TIMESTAMP',
    }),
    all: Flags.boolean({
      summary: 'Every run. Goes with no other selector and no keeper.',
      helpGroup: 'SELECTOR',
    }),
    only: onlyFlag(),
    'delete-leaderboard': Flags.boolean({
      summary: 'Delete the leaderboard as well, last of all. Refused while it is protected.',
      helpGroup: 'SCOPE',
      exclusive: ['preserve-leaderboard'],
    }),
    'preserve-leaderboard': Flags.boolean({
      summary: 'Never delete the leaderboard. This is the default.',
      helpGroup: 'SCOPE',
    }),
    'keep-recent': wholeNumber({
      summary: 'Keep the N newest runs, whatever selects them.',
      min: 1,
      helpGroup: 'KEEPER',
      helpValue: 'N',
    }),
    yes: Flags.boolean({
      char: 'y',
      summary: 'Do not ask for the confirmation.',
      helpGroup: 'SAFETY',
    }),
    'dry-run': Flags.boolean({
      summary: 'Show what would be deleted and delete nothing. This is the default.',
      helpGroup: 'SAFETY',
      exclusive: ['no-dry-run'],
    }),
    'no-dry-run': Flags.boolean({
      summary: 'Delete for good, after a confirmation.',
      helpGroup: 'SAFETY',
    }),
    grace: graceFlag,
    concurrency: wholeNumber({
      summary: `Runs that are worked on at a time, 1 to ${MAX_CONCURRENCY}.`,
      default: DEFAULT_CONCURRENCY,
      min: 1,
      max: MAX_CONCURRENCY,
      helpGroup: 'OTHER',
      helpValue: 'N',
    }),
    'exit-code': Flags.boolean({
      summary: 'A dry run that finds something to delete ends with exit code 10.',
      helpGroup: 'OTHER',
    }),
  }
  private progress: Progress | undefined

  async run(): Promise<object> {
    const {flags, metadata} = await this.parse(Cleanup)
    const dryRun = !flags['no-dry-run']
    if (!dryRun && !flags.yes) this.requireTerminal()
    const show =
      !dryRun && !this.jsonEnabled() ? (await import('../lib/ui/progress.js')).showProgress : undefined
    const result = await this.cancellable((signal) =>
      cleanupDatasets({
        ...this.connection(flags, signal),
        olderThan: flags['older-than'],
        incompleteOnly: flags['incomplete-only'],
        run: flags.run,
        all: flags.all,
        keepRecent: flags['keep-recent'],
        grace: flags.grace,
        only: flags.only,
        deleteLeaderboard: flags['delete-leaderboard'],
        dryRun,
        yes: flags.yes,
        concurrency: flags.concurrency,
        onPlan: (plan, warnings) => this.preview(plan, dryRun, warnings),
        confirm: (plan) => this.confirm(plan, signal),
        onEvent: (event, plan) => {
          this.progress ??= show?.(plan, signal)
          this.progress?.onEvent(event)
        },
      }),
    )
    await this.progress?.end()
    const given = Object.entries(flags).filter(([name]) => !metadata.flags[name]?.setFromDefault)
    await this.report(result, Object.fromEntries(given))
    process.exitCode = exitCodeOf(result, flags['exit-code'])
    return cleanupDocument(result)
  }

  /** Whatever ends the job with an error ends it before the first deletion: say so, whoever reads it wants to know. */
  protected override async catch(error: Error): Promise<void> {
    if (error instanceof SmoltraceError && !(error instanceof UsageError))
      error.suggestions.unshift('Nothing was deleted.')
    await super.catch(error)
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

  private async preview(plan: Plan, dryRun: boolean, warnings: string[]): Promise<void> {
    for (const warning of warnings) this.warn(warning)
    if (this.jsonEnabled()) return
    const {formatPlan} = await import('../lib/ui/preview.js')
    this.log(`${formatPlan(plan, dryRun ? 'Cleanup: dry run' : 'Cleanup', this.screen)}\n`)
  }

  private async confirm(plan: Plan, signal: AbortSignal): Promise<boolean> {
    const {confirmByPhrase} = await import('../lib/ui/confirmation.js')
    return confirmByPhrase(plan, signal)
  }

  private async report(result: CleanupResult, given: Record<string, FlagValue>): Promise<void> {
    if (this.jsonEnabled()) return
    const {style} = this.screen
    const planned = plannedDatasets(result.plan).length
    if (planned === 0) this.log('Nothing to delete.')
    else if (result.dryRun) this.log(this.howToCarryOut(planned, given, style))
    else if (result.declined) process.stderr.write('Cancelled: nothing was deleted.\n')
    else this.log((await import('../lib/ui/summary.js')).formatSummary(result, style))
  }

  private howToCarryOut(planned: number, given: Record<string, FlagValue>, style: Style): string {
    const entries = Object.entries(given).filter(([name]) => !NOT_REPEATED.has(name))
    // The token itself is shown nowhere, but without the flag the command would be another account's.
    const repeated = {...Object.fromEntries(entries), ...(given.token !== undefined && {token: 'hf_…'})}
    const command = [this.bin, 'cleanup', ...formatFlags(repeated), '--no-dry-run'].join(' ')
    return `This is a dry run: nothing was deleted. To delete ${planned === 1 ? 'this dataset' : `these ${count(planned, 'dataset')}`}, run:\n\n  ${style.bold(command)}`
  }
}
