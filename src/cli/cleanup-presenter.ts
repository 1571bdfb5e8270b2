import {type ExitCode} from '../lib/base/exit-codes.js'
import {type ApplyOptions} from '../lib/cleanup/apply.js'
import {type CleanupOptions} from '../lib/cleanup/cleanup.js'
import {type ExecutionOptions} from '../lib/cleanup/options.js'
import {type CleanupResult} from '../lib/cleanup/result.js'
import {type Wait} from '../lib/hub/retry.js'
import {type Plan} from '../lib/plan/plan.js'
import {type SavedPlan} from '../lib/plan/saved/parse.js'
import {type Asked, notesOn} from '../lib/views/cleanup.js'
import {type JobFacts} from '../lib/views/markdown/job.js'
import {type PlanNotes} from '../lib/views/plan.js'
import {type Screen, screenOf} from '../lib/views/terminal/style.js'
import {requireOutput, watchOutput} from './output.js'
import {type Progress} from './progress/progress.js'

/** What a presenter shows things through. */
interface PresenterIo {
  isJson: boolean
  print: (text: string) => Promise<void>
  warn: (text: string) => void
}

/** Shows a cleanup: its plan, its questions, its progress, and how it ended. */
export class CleanupPresenter {
  /** Whether a DELETE may have been sent. */
  hasBegun = false
  private readonly io: PresenterIo
  private readonly asked: Asked
  private progress: Progress | undefined
  private saved: SavedPlan | undefined
  /** The plan as it was shown. */
  private preview: () => string = () => ''
  /** How many warnings the reader knows. */
  private warned = 0

  constructor(io: PresenterIo, asked: Asked) {
    this.io = io
    this.asked = asked
  }

  /** What `cleanupDatasets` calls with the plan that the rules make. */
  readonly onPlan: CleanupOptions['onPlan'] = async (plan, warnings, sizes) => {
    this.warnNew(warnings)
    await this.show(plan, {sizes})
  }
  /** What `applyPlan` calls with what is left of the saved plan. */
  readonly onSavedPlan: ApplyOptions['onPlan'] = async (saved, stale, warnings, sizes) => {
    this.saved = saved
    this.warnNew(warnings)
    await this.show(saved.plan, {saved, stale, sizes})
  }

  /** Lets a person pick runs from a list. */
  pickFrom(signal: AbortSignal): CleanupOptions['choose'] {
    return async (plan, warnings) => {
      this.warnNew(warnings)
      const {pickRuns} = await import('./prompts/pick-prompt.js')
      return pickRuns(plan, signal)
    }
  }

  /** Asks for the phrase, and shows what happens while the plan is carried out. */
  async execution(signal: AbortSignal): Promise<Pick<ExecutionOptions, 'confirm' | 'onEvent'>> {
    const {given} = this.asked
    const isLive = given['no-dry-run'] === true && !this.io.isJson
    const showProgress = isLive ? (await import('./progress/progress.js')).showProgress : undefined
    return {
      confirm: async (plan) => {
        const {confirmByPhrase} = await import('./prompts/confirm.js')
        return confirmByPhrase(plan, given.archive !== undefined, signal, this.preview)
      },
      onEvent: (event, plan) => {
        if (event.kind === 'started') this.begin()
        this.progress ??= showProgress?.(plan, signal)
        this.progress?.onEvent(event)
      },
    }
  }

  /** @returns whether the progress takes it: without one, it is said elsewhere. */
  onWait(wait: Wait): boolean {
    this.progress?.onEvent({kind: 'waiting', ...wait})
    return this.progress !== undefined
  }

  /** Says how the job ended, and what to do next. */
  async report(result: CleanupResult): Promise<void> {
    await this.progress?.end()
    this.warnNew(result.warnings)
    if (this.io.isJson) return
    if (result.declined) {
      process.stderr.write('Cancelled: nothing was deleted.\n')
      return
    }

    const {resultText} = await import('../lib/views/terminal/result.js')
    await this.io.print(resultText(result, this.asked, this.screen))
  }

  /** The job in Markdown, for `--summary`. */
  async summaryOf(result: CleanupResult, job: JobFacts & {exitCode: ExitCode}): Promise<string> {
    const {cleanupSummary} = await import('../lib/views/markdown/cleanup.js')
    return cleanupSummary(result, this.asked, {...job, saved: this.saved})
  }

  /** Takes the progress off the screen, where the job ended early. */
  abandon(): void {
    this.progress?.abandon()
  }

  /**
   * Under `--json` the plan is part of the document that ends the job: a blank line before it, which JSON allows, shows whether
   * stdout can be written at all.
   */
  private async show(plan: Plan, known: Omit<PlanNotes, 'title'>): Promise<void> {
    const {formatPlan} = await import('../lib/views/terminal/plan.js')
    const isLive = this.asked.given['no-dry-run'] === true
    const preview = () => formatPlan(plan, notesOn(plan, this.asked, known), this.screen)
    this.preview = preview
    if (!this.io.isJson) await this.io.print(`${preview()}\n`)
    else if (isLive) await this.io.print('')
    if (isLive) requireOutput('The plan')
  }

  private begin(): void {
    this.hasBegun = true
    watchOutput(`What was deleted is listed by: ${this.asked.bin} history`)
  }

  private warnNew(warnings: string[]): void {
    for (const warning of warnings.slice(this.warned)) this.io.warn(warning)
    this.warned = warnings.length
  }

  /** Asked for each time: a terminal changes its size. */
  private get screen(): Screen {
    return screenOf(process.stdout)
  }
}
