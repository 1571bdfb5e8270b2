import {Flags} from '@oclif/core'
import {once} from 'node:events'

import {BaseCommand, withPrefix} from '../cli/base-command.js'
import {setVariables} from '../cli/colour.js'
import {unknownInSandbox} from '../cli/errors/unknown-command.js'
import {wholeNumber} from '../cli/flags/shared.js'
import {runsInside, splitArguments} from '../cli/host/sandbox-arguments.js'
import {findByWords, HOST_TOPIC, topicOf, wordsOf} from '../cli/host/topic.js'
import {UsageError} from '../lib/base/errors.js'
import {ALL_CODES, withExitCodes} from '../lib/base/exit-codes.js'
import {type Quota, type Sandbox as SandboxHub} from '../lib/sandbox/index.js'
import {formatVariables} from '../lib/views/command-line.js'

const MOST_RUNS = 20_000

export default class Sandbox extends BaseCommand {
  static override summary = 'Try everything on an embedded Hub, with nothing real to lose.'
  static override exitCodes = ALL_CODES
  static override description = withExitCodes(
    `Needs no account and no network: starts a Hub on this machine with the account of an invented person: runs of three months, a leaderboard, an organisation, and datasets with nearly right names that must survive everything.

With a command, runs that command inside, and the Hub is gone when it ends. Its own flags stand before the command; all that follows the first word belongs to the command, and so does the exit code. Without one, serves until Ctrl-C and prints the variables that lead other terminals there.`,
    this.exitCodes,
  )
  static override usage = '<%= command.id %> [FLAGS] [COMMAND]'
  static override examples = [
    {
      description: 'See what a cleanup would do:',
      command: '<%= config.bin %> <%= command.id %> cleanup --keep-recent 3',
    },
    {
      description: 'Watch 100 runs being deleted on a slow Hub:',
      command: '<%= config.bin %> <%= command.id %> --runs 100 --latency 200 cleanup --all --no-dry-run',
    },
    {
      description: 'Watch what happens when the quota of 100 requests in 20 seconds is used up:',
      command: '<%= config.bin %> <%= command.id %> --runs 100 --quota 100/20 cleanup --all --no-dry-run',
    },
    {
      description: 'Serve, and try things in another terminal:',
      command: '<%= config.bin %> <%= command.id %> --port 8080',
    },
  ]
  static override strict = false
  static override flags = {
    runs: wholeNumber({
      summary: 'How many runs the account has.',
      default: 12,
      min: 0,
      max: MOST_RUNS,
      helpGroup: 'SANDBOX',
      helpValue: 'N',
    }),
    latency: wholeNumber({
      summary: 'Milliseconds before each answer.',
      default: 0,
      min: 0,
      max: 60_000,
      helpGroup: 'SANDBOX',
      helpValue: 'MS',
    }),
    quota: Flags.custom<Quota>({
      parse: async (input) => (await import('../lib/sandbox/index.js')).parseQuota(input),
    })({
      summary: "Requests to the API that a number of seconds allows; default: the Hub's, 1000/300.",
      helpGroup: 'SANDBOX',
      helpValue: 'N/SECONDS',
    }),
    port: wholeNumber({
      summary: 'Port to listen on; default: any free one.',
      default: 0,
      min: 0,
      max: 65_535,
      helpGroup: 'SANDBOX',
      helpValue: 'N',
    }),
  }
  private isServing = false
  private tellsInside = false

  /** The inner command's `--json` is the sandbox's only where there is no such command; and the one document is printed when serving begins. */
  override jsonEnabled(): boolean {
    return this.tellsInside || (!this.isServing && this.ownWords.includes('--json'))
  }

  protected override get ownWords(): string[] {
    return splitArguments(this.argv).own
  }

  async run(): Promise<object> {
    const {own, inner} = splitArguments(this.argv)
    const {flags} = await this.parse(Sandbox, own)
    if (inner.length > 0 && own.includes('--json')) {
      throw new UsageError(
        `--json stands after the command that runs in the sandbox: sandbox ${inner.join(' ')} --json.`,
      )
    }

    const command = inner.length > 0 ? this.findInner(inner) : undefined
    const {startSandbox} = await import('../lib/sandbox/index.js')
    const hub = await startSandbox({
      port: flags.port,
      latencyMs: flags.latency,
      runs: flags.runs,
      ...(flags.quota !== undefined && {quota: flags.quota}),
    })
    try {
      await (command ? this.runInside(hub, own, command) : this.serve(hub))
    } finally {
      await hub.close()
    }

    return {}
  }

  /** Whoever reads the address may end it at once, so Ctrl-C is listened for before it is printed. */
  private async serve(hub: SandboxHub): Promise<void> {
    await this.cancellable(async (signal) => {
      const isOver = once(signal, 'abort')
      this.announce(hub)
      await isOver
    })
  }

  private announce({url, token, user, org}: SandboxHub): void {
    if (this.jsonEnabled()) this.logJson(this.toSuccessJson({endpoint: url, token, user, organisation: org}))
    const lines = formatVariables({HF_ENDPOINT: url, HF_TOKEN: token})
    for (const line of lines) this.log(line)
    this.note(
      `The sandbox serves ${user} and the organisation ${org}. Paste ${lines.length === 1 ? 'the line' : 'one of the lines'} above into another terminal; Ctrl-C ends it`,
    )
    this.isServing = true
  }

  private async runInside({url, token}: SandboxHub, own: string[], {id, argv}: InnerCommand): Promise<void> {
    const restore = setVariables({
      HF_ENDPOINT: url,
      HF_TOKEN: token,
      HF_HUB_OFFLINE: '',
      TRANSFORMERS_OFFLINE: '',
    })
    try {
      await withPrefix(['sandbox', ...own], () => this.config.runCommand(id, argv))
    } finally {
      restore()
    }
  }

  /** In a host by our topic: the bare name could be the host's own command, and a rehearsal would become the real thing. */
  private findInner(words: string[]): InnerCommand {
    const own = words[0] === HOST_TOPIC ? words.slice(1) : words
    const topic = topicOf(this.ctor.id)
    const found = findByWords(
      own,
      topic,
      (id) => runsInside(wordsOf(id)) && this.config.findCommand(id) !== undefined,
    )
    if (found) return found

    this.tellsInside = own.includes('--json')
    throw unknownInSandbox(own, this.config.commands, topic)
  }
}

interface InnerCommand {
  id: string
  argv: string[]
}
