import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {type Sandbox} from '../src/lib/sandbox/index.js'
import {findCommands, root, runCli} from './support/cli.js'
import {deletionsAt, envOf, withHub} from './support/hub.js'
import {shellWords} from './support/shell-words.js'

type FlagTable = Record<string, {allowNo?: boolean}>

/** A command line in a text of the program, from the words behind its name on. */
interface Named {
  where: string
  words: string[]
}

/** Where the command itself is put in when the program runs: what makes it is tested by itself. */
const DYNAMIC = /^(?:$|\$\{|= |<TAB>|COMMAND|cleanup --keep-<TAB>)/
/** Sentences that only begin like a command, behind the mark that opens a text of the source. */
const SENTENCES = /^runs (?:no older|that are)/

/** Sources that are not about this program: a shell's, and the invented Hub's. */
const OTHERS = /^(?:completion|sandbox)\//

function sources(): Array<[path: string, text: string]> {
  const lib = join(root, 'src')
  return readdirSync(lib, {recursive: true, encoding: 'utf8'})
    .filter((path) => path.endsWith('.ts') && !OTHERS.test(path.replace(/^lib\//, '')))
    .map((path) => [path, readFileSync(join(lib, path), 'utf8')])
}

/** Every command that a message, a suggestion or a description names: behind the program's name, or in backticks. */
function namedCommands(topics: string): Named[] {
  const behindName = /(?:\{bin\}|\$\{(?:this\.)?bin\}) ((?:\$\{[^}]*\}|[^'`\n])*)/g
  const inTicks = new RegExp(String.raw`\\?\x60((?:${topics})(?: (?:\$\{[^}]*\}|[^\x60\\\n])*)?)\\?\x60`, 'g')
  return sources().flatMap(([where, text]) => {
    const plain = text.replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')
    const found = [...plain.matchAll(behindName), ...plain.matchAll(inTicks)]
    return found
      .map(([, line = '']) => line)
      .filter((line) => !DYNAMIC.test(line) && !SENTENCES.test(line))
      .map((line) => ({
        where,
        words: line
          .replaceAll(/\$\{[^}]*\}/g, 'X')
          .replaceAll(String.raw`\n`, ' ')
          .split(/[\s,;:?]+|\.(?=\s|$)/)
          .filter((word) => word !== ''),
      }))
  })
}

describe('a command that the program names', () => {
  it('is one that there is, with flags that it has', async () => {
    const {commands} = await findCommands()
    const flagsOf = new Map(
      commands.map(({id, flags, baseFlags}) => {
        const all = Object.entries({...(baseFlags as FlagTable | undefined), ...(flags as FlagTable)})
        const names = all.flatMap(([name, {allowNo}]) => (allowNo === true ? [name, `no-${name}`] : [name]))
        return [id.replaceAll(':', ' '), new Set(['help', ...names])]
      }),
    )
    const topics = [...new Set([...flagsOf.keys()].map((id) => id.split(' ')[0]))].filter(Boolean).join('|')
    const named = namedCommands(topics)
    expect(named.length).to.be.above(20)
    const wrong = named.flatMap(({where, words}) => {
      const id = [words.slice(0, 2).join(' '), words[0] ?? ''].find((each) => flagsOf.has(each))
      const isTopic = words.length === 1 && new RegExp(`^(?:${topics})$`).test(words[0] ?? '')
      const line = `${where}: ${words.join(' ')}`
      if (id === undefined) return isTopic ? [] : [`${line}: no such command`]
      const flags = words.flatMap((word) => /^--([\w-]+)/.exec(word)?.[1] ?? [])
      return flags.filter((flag) => !flagsOf.get(id)?.has(flag)).map((flag) => `${line}: no --${flag}`)
    })
    expect(wrong).to.deep.equal([])
  })

  /** The commands in the suggestions of a failure, without what is said of them. */
  const commandsIn = (suggestions: string[]) =>
    suggestions.flatMap((text) =>
      [...text.matchAll(/\bsmoltrace ([a-z][^,;]*)/g)].map(([, line = '']) => line.replace(/[.?]$/, '')),
    )

  interface Case {
    what: string
    argv: string[]
    prepare?: (hub: Sandbox, env: Record<string, string>) => Promise<unknown> | void
    /** What the first command that is named must be. */
    named: RegExp
    /** Whether the command that failed goes well after it. */
    helps?: boolean
  }

  const ON_TOP = ['leaderboard', 'protect']
  const cases: Case[] = [
    {
      what: 'lifts the protection of a leaderboard that should go',
      argv: ['cleanup', '--all', '--delete-leaderboard'],
      prepare: (_hub, env) => runCli(ON_TOP, env),
      named: /^leaderboard unprotect\b/,
      helps: true,
    },
    {
      what: 'selects something, where nothing was',
      argv: ['cleanup'],
      named: /^cleanup --older-than 30d --keep-recent 5$/,
    },
    {what: 'lists the jobs, where there is no such one', argv: ['history', 'nope'], named: /^history$/},
    {
      what: 'shows what the traces take, where the account is full',
      argv: ['datasets', 'list'],
      prepare(hub) {
        hub.intercept({
          match: ({path}) => path.startsWith('/api/datasets?'),
          times: 1,
          respond: {
            status: 403,
            headers: {'Content-Type': 'application/json'},
            body: '{"error":"Private repository storage limit reached, please upgrade your plan"}',
          },
        })
      },
      named: /^cleanup --only traces --older-than 30d --sizes$/,
      helps: true,
    },
    {
      what: 'shows the runs, where one is named that is not there',
      argv: ['cleanup', '--run', '20200101_000000'],
      named: /^runs group\b/,
    },
  ]
  for (const {what, argv, prepare, named, helps = false} of cases) {
    it(`works: it ${what}`, () =>
      withHub({runs: 5}, async (hub) => {
        const env = envOf(hub)
        await prepare?.(hub, env)
        const failed = await runCli([...argv, '--json'], env)
        expect(failed.exitCode, failed.stdout).to.be.above(0)
        const {suggestions} = (JSON.parse(failed.stdout) as {error: {suggestions: string[]}}).error
        const [command = ''] = commandsIn(suggestions)
        expect(command, suggestions.join('\n')).to.match(named)
        const {exitCode, stderr} = await runCli(shellWords(command), env)
        expect(exitCode, stderr).to.equal(0)
        if (helps) expect((await runCli(argv, env)).exitCode).to.equal(0)
        expect(deletionsAt(hub)).to.deep.equal([])
      }))
  }
})
