import {UsageError} from '../lib/base/errors.js'
import {type GivenFlags} from '../lib/base/shell.js'
import {printable} from '../lib/base/text.js'
import {type ApplyOptions, type SavedPlanFacts} from '../lib/cleanup/apply.js'
import {leaderboardArchive} from '../lib/cleanup/archive-first.js'
import {type CleanupOptions} from '../lib/cleanup/cleanup.js'
import {type ExecutionOptions, type PlanFacts} from '../lib/cleanup/options.js'
import {type CleanupResult, type PlanRefusedError} from '../lib/cleanup/result.js'
import {type Plan} from '../lib/plan/plan.js'
import {cleanupDocument} from '../lib/views/json/documents.js'
import {type Content} from '../lib/views/json/schemas/documents.js'
import {cleanupSummary} from '../lib/views/markdown/cleanup.js'
import {type JobFacts} from '../lib/views/markdown/markdown.js'
import {type PlanNotes, totalsText, verbsOf} from '../lib/views/plan.js'
import {type Ending} from '../lib/views/result.js'
import {formatPlan, resultText} from '../lib/views/terminal/cleanup.js'
import {whyPlain} from '../lib/views/terminal/style.js'
import {type HubCommand} from './base-command.js'
import {type Caller, nextStep, stepsAfterRefusal} from './command-line.js'
import {requireAnswerable, whyNotAsk} from './consent.js'
import {defaultOf} from './flags/defaults.js'
import {requirePlanWritten, watchOutput} from './output.js'

/** What is known beside a plan; of a saved one also how it was made. */
type KnownFacts = Partial<SavedPlanFacts> & PlanFacts

/** Shows a cleanup: its plan, its questions, its progress, and how it ended. */
export class CleanupPresenter {
  /** What shows what was taken where this job no longer can; undefined until a DELETE may have been sent. */
  lookBack: string | undefined
  /** What the plan that is shown does with its datasets; until then what the flags ask for. */
  done: string
  private readonly command: HubCommand
  private readonly given: GivenFlags
  /** The words of the command. */
  private readonly words: string
  private facts: KnownFacts | undefined
  /** How many warnings the reader knows. */
  private warned = 0

  constructor(command: HubCommand, given: GivenFlags, words: string) {
    this.command = command
    this.given = given
    this.done = verbsOf({rules: {trash: given.trash === true}}).done
    this.words = words
  }

  /**
   * Refuses to ask where the question would not be seen or could not be answered, before anything is listed.
   * @throws UsageError saying what to do instead
   */
  requireTerminal(): void {
    const {interactive} = this.given
    // A CI job may have a terminal, but no person.
    const whyNoList = whyNotAsk(this.isJson) ?? whyPlain()
    if (interactive && whyNoList !== undefined)
      throw new UsageError(
        `--interactive shows a list to pick from, and ${whyNoList}: use --run TIMESTAMP instead.`,
      )
    requireAnswerable(this.given, this.isJson)
  }

  readonly onPlan: ApplyOptions['onPlan'] & CleanupOptions['onPlan'] = (plan, facts) => this.show(plan, facts)

  pickFrom(signal: AbortSignal): CleanupOptions['choose'] {
    return async (plan, facts) => {
      this.warnNew(facts.warnings)
      this.command.status.clear()
      const {pickRuns} = await import('./prompts/pick-prompt.js')
      return pickRuns(plan, facts, signal)
    }
  }

  /** Asks for the phrase, and shows what happens while the plan is applied. */
  async execution(signal: AbortSignal): Promise<Pick<ExecutionOptions, 'confirm' | 'onEvent'>> {
    const {given, command} = this
    const shown = given['no-dry-run'] ? await command.openProgress(signal) : undefined
    return {
      confirm: async (plan) => {
        const {confirmByPhrase} = await import('./prompts/confirm.js')
        const notes = this.notesOn(plan, {...this.facts})
        // The leaderboard may have been read since the plan was shown.
        command.status.clear()
        return confirmByPhrase(plan, notes, process.stdout.isTTY, signal)
      },
      onEvent: (event, plan) => {
        if (event.kind === 'started' && this.lookBack === undefined) {
          this.lookBack = given['no-journal']
            ? `To see what is left: ${command.bin} datasets list --namespace ${plan.namespace}`
            : `To see what was ${this.done}: ${command.bin} history latest`
          watchOutput(this.lookBack)
        }

        shown?.deletion(event, plan)
      },
    }
  }

  /** Says how the job ended, and what to do next. */
  async report(result: CleanupResult): Promise<void> {
    this.warnNew(result.warnings)
    if (this.isJson) return
    if (result.declined) {
      process.stderr.write(`Cancelled: nothing was ${verbsOf(result.plan).done}.\n`)
      return
    }

    // Of a dry run the totals are all that quiet asks for.
    if (this.given.quiet && result.dryRun) return
    const {screen} = this.command
    await this.command.print(resultText(result, this.endingOf(result), screen, this.given.quiet === true))
  }

  /** The job in Markdown, for `--summary`. */
  summaryOf(result: CleanupResult, job: JobFacts): string {
    const {plan, stale, storage} = result
    const notes = this.notesOn(plan, {...this.facts, sizes: storage?.sizes, stale})
    return cleanupSummary(result, notes, this.endingOf(result), job)
  }

  documentOf(result: CleanupResult): Content<'cleanup'> {
    const {policy} = this.given
    return cleanupDocument(result, policy === undefined ? undefined : String(policy))
  }

  /** What to do with a plan that was refused: look at it, and then delete it once by hand. */
  stepsAfter({result}: PlanRefusedError): string[] {
    return stepsAfterRefusal(result, this.given, this.caller)
  }

  /**
   * Under `--json` the plan is part of the document that ends the job: a blank line before it, which JSON allows, shows whether
   * stdout can be written at all.
   */
  private async show(plan: Plan, facts: KnownFacts): Promise<void> {
    this.facts = facts
    this.done = verbsOf(plan).done
    this.warnNew(facts.warnings)
    const isLive = this.given['no-dry-run'] === true
    if (!this.isJson) await this.command.print(this.textOf(plan, facts))
    else if (isLive) await this.command.print('')
    if (isLive) requirePlanWritten()
  }

  /** The plan as it is shown: before a question always. */
  private textOf(plan: Plan, facts: KnownFacts): string {
    const {verbose, 'no-dry-run': isLive} = this.given
    if (this.isBrief) return totalsText(plan, isLive === true)
    const {screen} = this.command
    return `${formatPlan(plan, this.notesOn(plan, facts), verbose ? {...screen, height: undefined} : screen)}\n`
  }

  private get isBrief(): boolean {
    const {quiet, yes, 'no-dry-run': isLive} = this.given
    return quiet === true && (yes === true || !isLive)
  }

  /** Whether anybody sees the runs, and so which models they are. */
  get showsRuns(): boolean {
    const {summary, interactive} = this.given
    return summary !== undefined || interactive === true || !(this.isJson || this.isBrief)
  }

  private get caller(): Caller {
    const {bin, isRehearsal} = this.command
    return {bin, isRehearsal, words: this.words}
  }

  private endingOf(result: CleanupResult): Ending {
    const {given, command, caller, facts} = this
    return {...command.caller, next: nextStep(result, given, caller, facts)}
  }

  /** What a view needs to know of a deletion as well as the plan. */
  private notesOn({now, source}: Plan, known: Partial<KnownFacts>): PlanNotes {
    const {given, command} = this
    const by = known.saved ? 'a saved plan' : given.policy && printable(String(given.policy))
    const title = source === 'trash' ? 'Empty the trash' : by ? `Cleanup by ${by}` : 'Cleanup'
    const folder = given.archive === undefined ? defaultOf('archive') : String(given.archive)
    const archive = folder && printable(folder)
    return {
      ...known,
      title: given['no-dry-run'] ? title : `${title}: dry run`,
      archive,
      leaderboardArchive: archive ?? leaderboardArchive(command.dataDirectory, now),
    }
  }

  private warnNew(warnings: readonly string[]): void {
    for (const warning of warnings.slice(this.warned)) this.command.warn(warning)
    this.warned = warnings.length
  }

  private get isJson(): boolean {
    return this.command.jsonEnabled()
  }
}
