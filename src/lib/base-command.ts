import {Command, Errors, Flags} from '@oclif/core'
import {AsyncLocalStorage} from 'node:async_hooks'
import {join} from 'node:path'

import {SmoltraceError} from './errors.js'
import {topicOf, wordsOf} from './host-topic.js'
import {type Wait} from './hub/repeats.js'
import {jsonPieces} from './json.js'
import {type ConnectionOptions} from './session.js'
import {capitalized, safe} from './text.js'
import {joined, type Pieces, writePieces} from './ui/pieces.js'
import {type Screen, styleFor, widthOf} from './ui/style.js'
import {describeWait} from './ui/wording.js'

/** Version of the documents that `--json` prints. */
const SCHEMA_VERSION = 1

/** What every failure comes down to, whatever threw it. */
interface Failure {
  name: string
  message: string
  exitCode: number
  suggestions: string[]
}

/** Ctrl-C, a polite kill, and a terminal that is closed. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What stands before a command's own words where another command, such as the sandbox, runs it. */
const prefix = new AsyncLocalStorage<string[]>()

/** Runs a job in which every command knows that these words stand before its own. */
export function withPrefix<T>(words: string[], job: () => Promise<T>): Promise<T> {
  return prefix.run(words, job)
}

/** Base of all commands: the JSON envelope, exit codes, warnings, signals. No rule of the job lives here. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags: Command.Class['baseFlags'] = {}
  private readonly collectedWarnings: string[] = []
  private printing: Promise<void> | undefined

  /**
   * Whoever stops reading, or a disk that is full, must not end a deletion in its middle: what cannot be written is lost,
   * the job goes on, and the exit code is the job's.
   */
  protected override async init(): Promise<void> {
    await super.init()
    // oclif's own listener throws on everything but a closed pipe.
    for (const stream of [process.stdout, process.stderr])
      stream.removeAllListeners('error').on('error', ignore)
  }

  /** A result is always an object, so that `--json` always prints a document. */
  abstract override run(): Promise<object>

  /** The command line's name and what stands before the command, as a person types it: in a host the topic, too. */
  protected get bin(): string {
    return [this.config.bin, ...topicOf(this.ctor.id), ...(prefix.getStore() ?? [])].join(' ')
  }

  /** Whether this runs inside the sandbox, on a Hub that is gone when it ends. */
  protected get isRehearsal(): boolean {
    return prefix.getStore() !== undefined
  }

  /** Where the journal and the archives of leaderboards are; a rehearsal keeps its own beside them. */
  protected get dataDirectory(): string {
    return join(this.config.dataDir, ...(this.isRehearsal ? ['sandbox'] : []))
  }

  /** What a preview or a table needs to know of stdout. */
  protected get screen(): Screen {
    return {style: styleFor(process.stdout), width: widthOf(process.stdout)}
  }

  /** Warnings go to stderr, or into the document under `--json`. */
  override warn(input: Error | string): Error | string {
    const text = safe(input instanceof Error ? input.message : input)
    this.collectedWarnings.push(text)
    this.logToStderr(`${styleFor(process.stderr).yellow('Warning:')} ${text}`)
    return input
  }

  /**
   * Runs a job that Ctrl-C can cancel: the first one aborts the signal, the second ends the process as if nothing
   * caught it.
   */
  protected async cancellable<T>(job: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    const stop = (signal: NodeJS.Signals) => {
      if (controller.signal.aborted) {
        this.lastWords()
        release()
        process.kill(process.pid, signal)
      }

      controller.abort()
    }

    const release = () => {
      for (const signal of STOP_SIGNALS) process.off(signal, stop)
    }

    for (const signal of STOP_SIGNALS) process.on(signal, stop)
    try {
      return await job(controller.signal)
    } finally {
      release()
    }
  }

  /** Said when a second Ctrl-C ends the process at once. */
  protected lastWords(): void {}

  /** Any error ends here: exit code, one line, what to do next; the stack only with `DEBUG`. */
  protected override async catch(error: Error): Promise<void> {
    if (error instanceof Errors.ExitError) throw error
    // oclif warns of commands that never parsed; one that failed while parsing did.
    this.parsed = true
    const failure = this.toFailure(error)
    process.exitCode = failure.exitCode
    if (process.env.DEBUG) process.stderr.write(`${error.stack}\n`)
    if (this.jsonEnabled()) this.logJson(this.toErrorJson(error))
    else this.printFailure(failure)
  }

  override toSuccessJson(result: object): object {
    const warnings = this.collectedWarnings
    return {schemaVersion: SCHEMA_VERSION, command: this.commandName, ...result, warnings}
  }

  override toErrorJson(error: Error): object {
    const warnings = this.collectedWarnings
    return {schemaVersion: SCHEMA_VERSION, command: this.commandName, error: this.toFailure(error), warnings}
  }

  /** Plain JSON: oclif would colour it. A long document is written in slices, and is whole when the command ends. */
  override logJson(json: unknown): void {
    this.printing = writePieces(process.stdout, joined([jsonPieces(json), '\n'], ''))
  }

  /** Writes a text that may be long, and a newline. */
  protected async print(text: Pieces): Promise<void> {
    await writePieces(process.stdout, joined([text, '\n'], ''))
  }

  /** oclif prints the document after the job, and does not wait for it. */
  protected override async _run<T>(): Promise<T> {
    try {
      return await super._run<T>()
    } finally {
      await this.printing
    }
  }

  private get commandName(): string {
    return wordsOf(this.ctor.id)
  }

  /** What shows the help of this command. A host with colons answers any `--help` itself, by the first word alone. */
  private get helpLine(): string {
    const {bin, topicSeparator} = this.config
    const isByFirstWord = topicSeparator === ':' && topicOf(this.ctor.id).length > 0
    return `${isByFirstWord ? `${bin} ${this.ctor.id}` : `${this.bin} ${this.commandName}`} --help`
  }

  private toFailure(error: Error & {oclif?: {exit?: number | false}; suggestions?: string[]}): Failure {
    const isOurs = error instanceof SmoltraceError
    const isUsage = error.oclif?.exit === 2
    const isUnknownWord = /^(Nonexistent flag|Unexpected argument)/.test(error.message)
    const help = isUnknownWord ? [`See ${this.helpLine}`] : []
    return {
      name: isOurs ? error.name : isUsage ? 'UsageError' : error.name,
      message: oneLine(error.message),
      exitCode: error.oclif?.exit || 1,
      suggestions: (error.suggestions ?? help).map((text) => text.replaceAll('{bin}', this.bin)),
    }
  }

  private printFailure({message, suggestions, exitCode}: Failure): void {
    const {red, yellow} = styleFor(process.stderr)
    const title = exitCode === 130 ? yellow('Cancelled:') : red('Error:')
    process.stderr.write([`${title} ${message}`, ...suggestions.map((text) => `  ${text}`), ''].join('\n'))
  }
}

/** Base of the commands that talk to the Hub. */
export abstract class HubCommand extends BaseCommand {
  static override baseFlags = {
    namespace: Flags.string({
      summary: 'An organisation of yours; default: your own namespace.',
      helpGroup: 'GLOBAL',
      helpValue: 'NAME',
    }),
    token: Flags.string({
      summary: 'Hugging Face token; HF_TOKEN or `hf auth login` keep it out of the list of processes.',
      helpGroup: 'GLOBAL',
      helpValue: 'hf_…',
    }),
  }

  /** How to reach the Hub, from the flags that all these commands have. */
  protected connection(
    flags: {namespace?: string | undefined; token?: string | undefined},
    signal: AbortSignal,
  ): ConnectionOptions {
    return {
      namespace: flags.namespace,
      token: flags.token,
      signal,
      onWait: (wait) => this.tellWait(wait),
    }
  }

  /** Says what is waited for, and how long. */
  protected tellWait(wait: Wait): void {
    this.note(describeWait(wait))
  }

  /** Says on stderr what goes on meanwhile. */
  protected note(text: string): void {
    this.logToStderr(`${capitalized(text)}.`)
  }
}

function ignore(): void {}

/** oclif wraps its messages in lines of its own; a person and a log want one. */
function oneLine(message: string): string {
  const text = message
    .replace(/^Parsing (--\S+) \n\t/, '$1: ')
    .replace(/^The following errors? occurred:\n\s*/, '')
    .replaceAll(/=true(?= cannot also be provided)/g, '')
    .replace(/\nSee more help with --help$/, '')
  return safe(text)
}
