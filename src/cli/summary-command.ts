import {appendFile, realpath, stat} from 'node:fs/promises'
import {basename, dirname, join, resolve} from 'node:path'

import {UsageError} from '../lib/base/errors.js'
import {EXIT, type ExitCode, type Failure, moreSevere} from '../lib/base/exit-codes.js'
import {type FlagValue, formatFlags, type GivenFlags} from '../lib/base/shell.js'
import {messageOf, printable} from '../lib/base/text.js'
import {failureSummary, type JobFacts} from '../lib/views/markdown/markdown.js'
import {HubCommand} from './base-command.js'

/** Base of the commands that leave a summary behind where `--summary` names a file. */
export abstract class SummaryCommand extends HubCommand {
  /** What the job is called in its summary. */
  protected abstract readonly title: string
  private summaryFile: string | undefined
  private commandLine = ''

  /**
   * Checks first that the summary can be written: a deletion without the requested summary must not happen.
   * @param files flags that name other files of the command
   * @throws UsageError where it cannot be
   */
  protected async prepareSummary(given: GivenFlags, files: readonly string[] = []): Promise<void> {
    const {summary} = given
    if (typeof summary !== 'string') return
    await checkSummaryFile(summary, Object.fromEntries(files.map((name) => [name, given[name]])))
    this.commandLine = [this.bin, this.commandName, ...formatFlags(given)].join(' ')
    this.summaryFile = summary
  }

  /** Adds a summary to the file, after the exit code was set. The job is over, so an error here only turns 0 or 3 into 1. */
  protected async leaveSummary(exitCode: ExitCode, make: (job: JobFacts) => string): Promise<void> {
    const file = this.summaryFile
    if (file === undefined) return
    try {
      const text = make({commandLine: this.commandLine, exitCode, warnings: [...this.collectedWarnings]})
      const {size} = await stat(file).catch(() => ({size: 0}))
      await appendFile(file, size === 0 ? text : `\n\n${text}`)
    } catch (error) {
      this.warn(`The summary could not be written to ${printable(file)} (${messageOf(error)}).`)
      process.exitCode = moreSevere(Number(process.exitCode ?? EXIT.done), EXIT.error)
    }
  }

  /** What is left behind of an error, in Markdown. */
  protected summaryOfFailure(_error: Error, failure: Failure, job: JobFacts): string {
    return failureSummary(this.title, failure, job, this.safetyNote())
  }

  protected override async catch(error: Error): Promise<void> {
    const failure = this.failureOf(error)
    await this.leaveSummary(failure.exitCode, (job) => this.summaryOfFailure(error, failure, job))
    await super.catch(error)
  }
}

/**
 * Creates the file of a summary, which may not be what else the command reads or writes: `files`, by flag.
 * @throws UsageError where a summary cannot be appended to it
 */
export async function checkSummaryFile(file: string, files: Record<string, FlagValue>): Promise<void> {
  const wrong = (why: string) => new UsageError(`--summary ${printable(file)}: ${why}.`)
  if (file === '') throw new UsageError('--summary "" is not a file name.')
  const found = await stat(file).catch(() => {})
  if (found?.isDirectory()) throw wrong('it is a folder: use a file in it')
  // Opening a pipe without a reader would block.
  if (found && !found.isFile()) throw wrong('it is not a regular file: use another one')
  for (const [flag, other] of Object.entries(files)) {
    if (typeof other === 'string' && (await placeOf(other)) === (await placeOf(file)))
      throw wrong(`it is already the file of --${flag}: use another one`)
  }

  await appendFile(file, '').catch((error: unknown) => {
    throw wrong(`it cannot be written to (${messageOf(error)})`)
  })
}

/** The file itself, with links resolved; of one that does not exist yet, by its folder. */
async function placeOf(file: string): Promise<string> {
  const path = resolve(file)
  return realpath(path).catch(async () =>
    join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path)),
  )
}
