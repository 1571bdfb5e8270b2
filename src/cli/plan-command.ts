import {type Failure} from '../lib/base/exit-codes.js'
import {type GivenFlags} from '../lib/base/shell.js'
import {type CleanupResult, exitCodeOf, PlanRefusedError} from '../lib/cleanup/result.js'
import {type Content} from '../lib/views/json/schemas/documents.js'
import {failurePart, type JobFacts} from '../lib/views/markdown/markdown.js'
import {CleanupPresenter} from './cleanup-presenter.js'
import {SummaryCommand} from './summary-command.js'

/** Base of the commands that show a plan, ask, and carry it out. */
export abstract class PlanCommand extends SummaryCommand {
  private presenter: CleanupPresenter | undefined

  /** Shows how a job goes, from before anything is asked to its exit code. @param files as `prepareSummary` takes them */
  protected async present(
    given: GivenFlags,
    files: readonly string[],
    work: (presenter: CleanupPresenter, signal: AbortSignal) => Promise<CleanupResult>,
  ): Promise<Content<'cleanup'>> {
    await this.prepareSummary(given, files)
    const presenter = new CleanupPresenter(this, given, this.commandName)
    presenter.requireTerminal()
    this.presenter = presenter
    const result = await this.cancellable((signal) => work(presenter, signal))
    await presenter.report(result)
    const exitCode = exitCodeOf(result, given['exit-code'] === true)
    process.exitCode = exitCode
    await this.leaveSummary(exitCode, (job) => presenter.summaryOf(result, job))
    return presenter.documentOf(result)
  }

  /** The first thing to say with an error is whether anything is deleted, or moved to the trash. */
  protected override safetyNote(): string | undefined {
    const {done = 'deleted', lookBack} = this.presenter ?? {}
    return lookBack === undefined ? `Nothing was ${done}.` : undefined
  }

  protected override failureOf(error: Error): Failure {
    const failure = super.failureOf(error)
    const steps = error instanceof PlanRefusedError ? this.presenter?.stepsAfter(error) : undefined
    return {...failure, suggestions: [...failure.suggestions, ...(steps ?? [])]}
  }

  protected override failureDetails(error: Error): object {
    return error instanceof PlanRefusedError ? {plan: this.presenter?.documentOf(error.result)} : {}
  }

  protected override summaryOfFailure(error: Error, failure: Failure, job: JobFacts): string {
    if (!(error instanceof PlanRefusedError) || !this.presenter)
      return super.summaryOfFailure(error, failure, job)
    const failed = failurePart(this.title, failure, this.safetyNote())
    return this.presenter.summaryOf(error.result, {...job, failed})
  }

  protected override onForcedExit(): void {
    super.onForcedExit()
    const lookBack = this.presenter?.lookBack
    if (lookBack !== undefined) process.stderr.write(`Aborted. ${lookBack}\n`)
  }
}
