import {Flags} from '@oclif/core'
import {once} from 'node:events'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {BaseCommand, prefix} from '../cli/base-command.js'
import {formatVariables} from '../cli/command-line.js'
import {defaultOf, DEFAULTS} from '../cli/flags/defaults.js'
import {examplesOf, wholeNumber} from '../cli/flags/shared.js'
import {showHelpInside} from '../cli/help/show-help.js'
import {findInside, splitArguments} from '../cli/host/words.js'
import {setVariables} from '../cli/output.js'
import {UsageError} from '../lib/base/errors.js'
import {ALL_CODES} from '../lib/base/exit-codes.js'
import {type Quota, type Sandbox as SandboxHub} from '../lib/sandbox/index.js'
import {type Content} from '../lib/views/json/schemas/documents.js'

const NUMBER = {default: 0, min: 0, helpGroup: 'SANDBOX', helpValue: 'N'} as const

export default class Sandbox extends BaseCommand {
  static override summary = 'Try everything on an embedded Hub, with nothing to lose.'
  static override exitCodes = ALL_CODES
  static override description = `Needs no account and no network. Starts a Hub on this machine with a made-up account: three months of runs, a leaderboard, an organisation, and datasets with similar names that no command touches.

With a command, runs it on that Hub, which is gone afterwards. Flags of the sandbox go before the command; everything after the command's name, and the exit code, belong to the command. Without a command, serves until Ctrl-C and prints the variables to set in other terminals; the token hf_sandbox_read is read-only.`
  static override usage = '<%= command.id %> [FLAGS] [COMMAND]'
  static override examples = examplesOf([
    ['See what a cleanup would delete:', 'cleanup --keep-recent 3'],
    ['Watch 100 runs being deleted on a slow Hub:', '--runs 100 --latency 200 cleanup --all --no-dry-run'],
    ['Watch a cleanup wait for a rate limit:', '--runs 100 --quota 100/20 cleanup --all --no-dry-run'],
    ['Serve a Hub to try from another terminal:', '--port 8080'],
  ])
  static override strict = false
  static override flags = {
    runs: wholeNumber({...NUMBER, summary: 'Number of runs in the account.', default: 12, max: 20_000}),
    latency: wholeNumber({
      ...NUMBER,
      summary: 'Delay of each response, in milliseconds.',
      max: 60_000,
      helpValue: 'MS',
    }),
    quota: Flags.custom<Quota>({
      parse: async (input) => (await import('../lib/sandbox/index.js')).parseQuota(input),
    })({
      summary: "Requests allowed in a number of seconds (default: 1000/300, the Hub's).",
      helpGroup: 'SANDBOX',
      helpValue: 'N/SECONDS',
    }),
    port: wholeNumber({...NUMBER, summary: 'Port to listen on (default: a free one).', max: 65_535}),
  }
  private isServing = false

  /** The inner command prints its own document; the sandbox prints one where it serves, or knows no such command. */
  override jsonEnabled(): boolean {
    const {own, inner} = splitArguments(this.argv)
    const isUnknown = inner.length > 0 && this.findInner(inner) === undefined
    return !this.isServing && (isUnknown ? inner : own).includes('--json')
  }

  protected override get ownWords(): string[] {
    return splitArguments(this.argv).own
  }

  async run(): Promise<object> {
    const {argv} = this
    const {own, inner} = splitArguments(argv)
    const {flags} = await this.parse(Sandbox, own)
    this.argv = argv // oclif keeps only what it has parsed
    const command = this.findInner(inner)
    if (inner.length > 0 && own.includes('--json'))
      throw new UsageError(`--json belongs after the inner command: sandbox ${inner.join(' ')} --json.`)
    if (inner.length > 0 && !command) {
      await showHelpInside(inner, this.config, this.ctor.id)
      return {}
    }

    const {startSandbox} = await import('../lib/sandbox/index.js')
    const {latency: latencyMs, port, quota, runs} = flags
    const hub = await startSandbox({port, latencyMs, runs, ...(quota && {quota})})
    try {
      await (command ? prefix.run(['sandbox', ...own], () => this.runInside(hub, command)) : this.serve(hub))
    } finally {
      await hub.close()
    }

    return {}
  }

  private async serve({url, token, user, org}: SandboxHub): Promise<void> {
    await this.cancellable(async (signal) => {
      // A client may end it as soon as the address is printed.
      const isOver = once(signal, 'abort')
      // Its jobs are not to be found among those of a real Hub.
      const dataDir = await mkdtemp(join(tmpdir(), 'smoltrace-sandbox-'))
      const dataVariable = this.config.scopedEnvVarKey('DATA_DIR')
      const lines = formatVariables({HF_ENDPOINT: url, HF_TOKEN: token, [dataVariable]: dataDir})
      const which = lines.length === 1 ? 'the line' : 'one of the lines'
      const document: Content<'sandbox'> = {endpoint: url, token, dataDir, user, organisation: org}
      if (this.jsonEnabled()) this.logJson(this.toSuccessJson(document))
      for (const line of lines) this.log(line)
      this.note(
        `The sandbox serves ${user} and the organisation ${org}. Paste ${which} above into another terminal; Ctrl-C ends it`,
      )
      this.isServing = true
      await isOver.finally(() => rm(dataDir, {recursive: true, force: true}))
    })
  }

  private async runInside(
    {url, token, user, org}: SandboxHub,
    {id, argv}: {id: string; argv: string[]},
  ): Promise<void> {
    const online = {HF_HUB_OFFLINE: '', TRANSFORMERS_OFFLINE: ''}
    // Another account's; and what is deleted here is not to be found among real copies.
    const namespace = [user, org].find((name) => name === defaultOf('namespace'))
    const defaults = {[DEFAULTS.namespace]: namespace, [DEFAULTS.archive]: undefined}
    const restore = setVariables({HF_ENDPOINT: url, HF_TOKEN: token, ...online, ...defaults})
    try {
      await this.config.runCommand(id, argv)
    } finally {
      restore()
    }
  }

  private findInner(words: string[]): ReturnType<typeof findInside> {
    return findInside(words, this.config.commandIDs, this.ctor.id)
  }
}
