import {SmoltraceError, UsageError} from '../lib/base/errors.js'
import {EXIT, type ExitCode, graverCode} from '../lib/base/exit-codes.js'
import {messageOf, printable} from '../lib/base/text.js'
import {formatFlags, type GivenFlags} from '../lib/views/command-line.js'
import {type JobFacts} from '../lib/views/markdown/job.js'
import {HubCommand} from './base-command.js'

/** Base of the commands that leave a summary behind where `--summary` names a file. */
export abstract class SummaryCommand extends HubCommand {
  /** What the job is called in its summary. */
  protected abstract readonly title: string
  private summaryFile: string | undefined
  private commandLine = ''

  /**
   * Checks first that the summary can be written: a deletion without the requested summary must not happen.
   * @param given the flags that a person gave
   * @param files flags that name other files of the command
   * @throws UsageError where it cannot be
   */
  protected async prepareSummary(given: GivenFlags, files: readonly string[] = []): Promise<void> {
    const {summary, token} = given
    if (typeof summary !== 'string') return
    const {checkSummaryFile} = await import('./summary-file.js')
    await checkSummaryFile(summary, Object.fromEntries(files.map((name) => [name, textOf(given[name])])))
    const flags = formatFlags({...given, ...(token === undefined ? {} : {token: 'hf_…'})})
    this.commandLine = [this.bin, this.commandName, ...flags].join(' ')
    this.summaryFile = summary
  }

  /** Adds a summary to the file, after the exit code was set. The job is over, so what goes wrong here only makes a 0 or 3 a 1. */
  protected async leaveSummary(
    exitCode: ExitCode,
    make: (job: JobFacts) => string | Promise<string>,
  ): Promise<void> {
    if (this.summaryFile === undefined) return
    try {
      const {addToSummaryFile} = await import('./summary-file.js')
      const job = {commandLine: this.commandLine, exitCode, warnings: [...this.collectedWarnings]}
      await addToSummaryFile(this.summaryFile, await make(job))
    } catch (error) {
      this.warn(`The summary could not be written to ${printable(this.summaryFile)} (${messageOf(error)}).`)
      process.exitCode = graverCode(Number(process.exitCode ?? EXIT.done), EXIT.error)
    }
  }

  /** What the reader of a failure needs to know first; undefined where it is obvious. */
  protected reassurance(): string | undefined {
    return undefined
  }

  protected override async catch(error: Error): Promise<void> {
    const first = this.reassurance()
    if (error instanceof SmoltraceError && !(error instanceof UsageError) && first)
      error.suggestions.unshift(first)
    const failure = this.failure(error)
    await this.leaveSummary(failure.exitCode, async (job) => {
      const {failureSummary} = await import('../lib/views/markdown/job.js')
      return failureSummary(this.title, {...failure, reassurance: first}, job)
    })
    await super.catch(error)
  }
}

function textOf(value: GivenFlags[string]): string | undefined {
  return typeof value === 'string' ? value : undefined
}
