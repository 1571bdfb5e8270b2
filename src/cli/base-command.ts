import {Command, Errors, Flags} from '@oclif/core'
import {AsyncLocalStorage} from 'node:async_hooks'
import {join} from 'node:path'

import {SmoltraceError, UsageError} from '../lib/base/errors.js'
import {type ExitCode, type Failure} from '../lib/base/exit-codes.js'
import {capitalize, safe} from '../lib/base/text.js'
import {type Wait} from '../lib/hub/retry.js'
import {type ConnectionOptions} from '../lib/hub/session.js'
import {type Step} from '../lib/hub/transport.js'
import {describeStep, describeWait} from '../lib/views/format.js'
import {type Ending} from '../lib/views/result.js'
import {wrapText} from '../lib/views/terminal/layout.js'
import {type Screen, screenOf, widthOf} from '../lib/views/terminal/style.js'
import {failureOf, formatFailure, inCommandWords, type Invocation} from './errors/failure.js'
import {defaultOf, DEFAULTS} from './flags/defaults.js'
import {outputFlags} from './flags/shared.js'
import {topicOf, wordsOf} from './host/words.js'
import {
  colourVariables,
  dropOutputFailure,
  hasOutputFailed,
  setVariables,
  watchOutput,
  writeAndWait,
} from './output.js'
import {type showJobs} from './progress/jobs.js'
import {type Progress} from './progress/progress.js'
import {Status} from './progress/status.js'

/** Version of the documents that `--json` prints. */
const SCHEMA_VERSION = 1

/** Ctrl-C, SIGTERM, and a terminal that is closed. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The words before a command's own where another command, such as the sandbox, runs it. */
export const prefix = new AsyncLocalStorage<string[]>()

/** Base of all commands: the JSON envelope, exit codes, warnings, signals. No rule of the job lives here. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags: Command.Class['baseFlags'] = outputFlags
  /** Every code that the command may end with. */
  static exitCodes: readonly ExitCode[] = []
  protected readonly collectedWarnings: string[] = []
  /** What the command waits for, on the terminal. */
  readonly status = new Status()
  private printing: Promise<void> | undefined

  /** A result is always an object, so that `--json` always prints a document. */
  abstract override run(): Promise<object>

  /** The command line's name and the words before the command, as a person types it: in a host the topic, too. */
  get bin(): string {
    return [this.config.bin, ...topicOf(this.ctor.id), ...(prefix.getStore() ?? [])].join(' ')
  }

  /** Whether this runs inside the sandbox, on a Hub that is gone when it ends. */
  get isRehearsal(): boolean {
    return prefix.getStore() !== undefined
  }

  /** What a view needs to know to show commands that work. */
  get caller(): Omit<Ending, 'next'> {
    const {bin, isRehearsal} = this
    return {bin, isRehearsal, isNamespaceSet: defaultOf('namespace') !== undefined}
  }

  /** Where the journal and the archives of leaderboards are; a rehearsal keeps its own next to them. */
  get dataDirectory(): string {
    return join(this.config.dataDir, ...(this.isRehearsal ? ['sandbox'] : []))
  }

  /** What a preview or a table needs to know of stdout. */
  get screen(): Screen {
    return screenOf(process.stdout)
  }

  /** Warnings go to stderr, or into the document under `--json`. */
  override warn(input: Error | string): Error | string {
    const text = safe(inCommandWords(input instanceof Error ? input.message : input, this.invocation))
    this.collectedWarnings.push(text)
    const {style, width} = screenOf(process.stderr)
    this.status.clear()
    this.logToStderr(wrapText(`${style.yellow('Warning:')} ${text}`, width))
    return input
  }

  /** Runs a job that Ctrl-C can cancel: the first one aborts the signal, the second ends the process at once. */
  protected async cancellable<T>(job: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    const stop = (signal: NodeJS.Signals) => {
      if (controller.signal.aborted) {
        this.status.clear()
        this.onForcedExit()
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
      this.status.clear()
    }
  }

  /** Called when a second Ctrl-C ends the process at once. */
  protected onForcedExit(): void {}

  /** Any error ends here. */
  protected override async catch(error: Error): Promise<void> {
    // oclif warns of commands that never parsed; one that failed while parsing did.
    this.parsed = true
    await this.showFailure(error)
  }

  /** Shows one line, and what to do next; the stack only with `DEBUG`. @returns how the process ends */
  protected async showFailure(error: Error): Promise<ExitCode> {
    if (error instanceof Errors.ExitError) throw error
    const failure = this.failureOf(error)
    process.exitCode = failure.exitCode
    this.status.clear()
    if (process.env.DEBUG) process.stderr.write(`${safeStack(error)}\n`)
    if (this.jsonEnabled()) {
      this.logJson(this.toSuccessJson({error: failure, ...this.failureDetails(error)}))
      await this.printing
      if (!hasOutputFailed()) return failure.exitCode
    }

    process.stderr.write(`${formatFailure(failure, this.bin, screenOf(process.stderr))}\n`)
    dropOutputFailure()
    return failure.exitCode
  }

  /** What else a script gets to know of an error. */
  protected failureDetails(_error: Error): object {
    return {}
  }

  /** What a person, or a script, reads of an error. */
  protected failureOf(error: Error): Failure {
    return failureOf(error, this.invocation)
  }

  /** The envelope of every document. */
  override toSuccessJson(content: object): object {
    const document: {warnings?: unknown} = {...content}
    // Those of a result are among the ones that were shown.
    delete document.warnings
    const warnings = this.collectedWarnings
    return {schemaVersion: SCHEMA_VERSION, command: this.commandName, ...document, warnings}
  }

  /** Plain JSON: oclif would colour it. It has left the process when the command ends. */
  override logJson(json: unknown): void {
    this.printing = writeAndWait(process.stdout, `${JSON.stringify(json, undefined, 2)}\n`)
  }

  /** Writes sentences for a person, broken between words where the terminal ends. */
  protected say(text: string): void {
    this.log(wrapText(text, this.screen.width))
  }

  /** Shows progress on stderr. */
  protected note(text: string): void {
    this.status.clear()
    this.logToStderr(wrapText(`${capitalize(text)}.`, widthOf(process.stderr)))
  }

  /** Writes a text that may be long, and a newline. */
  async print(text: string): Promise<void> {
    this.status.clear()
    await writeAndWait(process.stdout, `${text}\n`)
  }

  protected override _run<T>(): Promise<T> {
    return this.withOutput(() => super._run<T>())
  }

  /** Runs a job that writes, with the colours asked for, and waits until its document has left the process: oclif does not. */
  protected async withOutput<T>(job: () => Promise<T>): Promise<T> {
    const restore = setVariables(colourVariables(process.env, this.ownWords.includes('--no-color')))
    watchOutput()
    try {
      return await job()
    } finally {
      await this.printing
      // A host may continue with another command.
      restore()
    }
  }

  /** The raw arguments of this command, up to a `--`: what must be known before they are parsed. */
  protected get ownWords(): string[] {
    const end = this.argv.indexOf('--')
    return end === -1 ? this.argv : this.argv.slice(0, end)
  }

  /** What the command is called everywhere: in a host, too, without the topic. */
  protected get commandName(): string {
    return wordsOf(this.ctor.id)
  }

  /** How a person calls this command. A host with colons answers any `--help` itself, by the first word alone. */
  protected get invocation(): Invocation {
    const {config, bin, commandName, ctor} = this
    const isByFirstWord = config.topicSeparator === ':' && topicOf(ctor.id).length > 0
    const help = `${isByFirstWord ? `${config.bin} ${ctor.id}` : `${bin} ${commandName}`} --help`
    return {bin, help, flags: {...ctor.flags, ...ctor.baseFlags}}
  }
}

/** The flags that say how to reach the Hub. */
export type ConnectionFlags = Pick<ConnectionOptions, 'namespace' | 'token'>

/** Base of the commands that talk to the Hub. */
export abstract class HubCommand extends BaseCommand {
  static override baseFlags = {
    ...BaseCommand.baseFlags,
    namespace: Flags.string({
      summary: 'Organisation (default: you).',
      default: async () => defaultOf('namespace'),
      helpGroup: 'CONNECTION',
      helpValue: 'NAME',
    }),
    token: Flags.string({
      summary: 'Hugging Face token. Prefer HF_TOKEN or `hf auth login`: flags are visible in ps.',
      helpGroup: 'CONNECTION',
      helpValue: 'hf_…',
    }),
  }
  private progress: Progress | undefined

  /** Prepares to show a job of several parts on stderr. @returns undefined where nothing is shown */
  async openProgress(signal: AbortSignal): Promise<ReturnType<typeof showJobs> | undefined> {
    if (this.isSilent) return undefined
    const shown = (await import('./progress/jobs.js')).showJobs(signal, () => this.status.clear())
    this.progress = shown.progress
    return shown
  }

  /** However the job ends, no progress is left on the screen. */
  protected override async cancellable<T>(job: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await super.cancellable(job)
    } finally {
      await this.progress?.end()
    }
  }

  protected override onForcedExit(): void {
    this.progress?.abandon()
  }

  /** Runs what asks the Hub, which Ctrl-C can cancel, and shows its warnings. */
  protected async ask<T extends object>(
    flags: ConnectionFlags,
    job: (connection: ConnectionOptions, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const result = await this.cancellable((signal) => job(this.connection(flags, signal), signal))
    const {warnings = []} = result as {warnings?: readonly string[]}
    for (const warning of warnings) this.warn(warning)
    return result
  }

  /** What the reader of a failure needs to know first; undefined where it is obvious. */
  protected safetyNote(): string | undefined {
    return undefined
  }

  protected override failureOf(error: Error): Failure {
    const failure = super.failureOf(error)
    const first = this.safetyNote()
    if (first === undefined || !(error instanceof SmoltraceError) || error instanceof UsageError)
      return failure
    return {...failure, suggestions: [first, ...failure.suggestions]}
  }

  /** Where nobody typed a flag, its value came from the variable. */
  protected override get invocation(): Invocation {
    const used = Object.entries(DEFAULTS).filter(([flag, name]) => process.env[name] && !this.isTyped(flag))
    return {...super.invocation, variables: Object.fromEntries(used)}
  }

  /** A saved plan or a job says itself whose it is, whatever the variable says. */
  protected asRecorded(flags: ConnectionFlags): ConnectionFlags {
    return this.isTyped('namespace') ? flags : {...flags, namespace: undefined}
  }

  private isTyped(flag: string): boolean {
    return this.ownWords.some((word) => word.replace(/=.*$/s, '') === `--${flag}`)
  }

  /** How to reach the Hub, from the flags that all these commands have. */
  protected connection({namespace, token}: ConnectionFlags, signal: AbortSignal): ConnectionOptions {
    return {
      namespace,
      token,
      signal,
      onWait: (wait) => this.showWait(wait),
      onProgress: (step) => this.showStep(step),
    }
  }

  /** Says what is waited for, and how long. */
  protected showWait(wait: Wait): void {
    if (this.progress?.isOpen) this.progress.wait(wait)
    else if (this.status.isPossible && !this.isSilent) this.status.wait(wait)
    else if (!this.isQuiet) this.note(describeWait(wait))
  }

  /** Says what is asked for, where that takes a while. */
  protected showStep(step: Step): void {
    if (!this.progress?.isOpen && !this.isSilent) this.status.show(describeStep(step))
    // Of a job in a window each part is seen; what it does in between is mostly to list again.
    else if (step.kind === 'listing') this.progress?.hint(describeStep(step))
  }

  private get isSilent(): boolean {
    return this.jsonEnabled() || this.isQuiet
  }

  private get isQuiet(): boolean {
    return this.ownWords.includes('--quiet')
  }
}

/** `safe` makes one line of what it is given. */
function safeStack({stack, message}: Error): string {
  return (stack ?? message).replaceAll(/\S.*/g, (line) => safe(line))
}
