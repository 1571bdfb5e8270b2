import {type Config} from '@oclif/core'
import {mkdtempSync, realpathSync} from 'node:fs'
import {rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {parseAge} from '../../src/lib/base/time.js'
import {type Sandbox, startSandbox} from '../../src/lib/sandbox/index.js'
import {findCommands, runCli} from '../../test/support/cli.js'
import {at, envOf} from '../../test/support/hub.js'
import {excerpt} from './excerpt.js'
import {type Command, type Step} from './grammar.js'
import {withScreenWidth, withSteadyIds} from './steady.js'
import {showInTerminal} from './terminal.js'

/** When every page begins: a Friday, so that weeks, months and days all have something in them. */
const BEGINNING = new Date('2026-11-20T09:12:00.000Z')
const RUNS = 12
const COLUMNS = 100

let commands: Promise<Config> | undefined

/** An embedded Hub, a folder to work in, and a clock that only moves when it is told to. */
export class Stage {
  private now = BEGINNING
  private readonly ids = {count: 0}
  private readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'smoltrace-screens-')))
  private readonly data = realpathSync(mkdtempSync(join(tmpdir(), 'smoltrace-screens-data-')))
  private hub!: Sandbox

  static async open(runs = RUNS): Promise<Stage> {
    const stage = new Stage()
    stage.hub = await startSandbox({runs, clock: () => stage.now})
    return stage
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text)
  }

  /** Runs commands one after the other. @returns what the screen shows at the end */
  async play(steps: readonly Step[]): Promise<string> {
    const screens: string[] = []
    for (const step of steps) {
      if (step.kind === 'later') this.later(step.age)
      else {
        const shown = await this.run(step.command)
        if (step.command.isShown) screens.push(`$ ${step.command.line}\n${shown}`.trimEnd())
      }
    }

    return screens.join('\n\n')
  }

  async close(): Promise<void> {
    await this.hub.close()
    for (const folder of [this.folder, this.data]) await rm(folder, {recursive: true, force: true})
  }

  private later(text: string): void {
    const age = parseAge(text, 'later')
    if (age.kind === 'date') throw new Error(`later takes a duration, not ${text}`)
    this.now = new Date(this.now.getTime() + age.ms)
  }

  private async run(command: Command): Promise<string> {
    const env = {
      ...envOf(this.hub),
      XDG_DATA_HOME: this.data,
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      CI: '',
    }
    if (command.actions.length > 0) {
      const shown = await showInTerminal(command, env, this.now)
      return this.tidied(excerpt(shown, command.excerpts))
    }

    commands ??= findCommands()
    const found = await commands
    const before = process.cwd()
    process.chdir(this.folder)
    try {
      const {stdout, stderr, exitCode} = await withSteadyIds(this.ids, () =>
        withScreenWidth(COLUMNS, () => at(this.now, () => runCli(command.words, env, found))),
      )
      if (exitCode !== command.exitCode)
        throw new Error(
          `${command.line} ended with ${exitCode} instead of ${command.exitCode}:\n${stderr}${stdout}`,
        )
      const shown = command.showsStderr ? `${stdout.trimEnd()}\n${stderr}`.trim() : stdout.trimEnd()
      return this.tidied(excerpt(shown, command.excerpts))
    } finally {
      process.chdir(before)
    }
  }

  /** Without what is of this machine and moment: where the Hub listens, where files are, how long it took. */
  private tidied(text: string): string {
    return text
      .replaceAll(this.hub.url, 'https://huggingface.co')
      .replaceAll(this.data, '/home/mira/.local/share')
      .replaceAll(this.folder, '/home/mira/evaluations')
      .replaceAll(/(?<=complete|ended) in [\d.]+ (?:ms|s)\b/g, ' in 1.4 s')
      .replaceAll(/sha256:[\da-f]{12}…/g, 'sha256:3f9a2c4b71de…')
  }
}
