import {expect} from 'chai'
import {mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {type Fault, type Sandbox} from '../src/lib/sandbox/index.js'
import {writeBoard} from './support/boards.js'
import {findCommands, root, runCli} from './support/cli.js'
import {envOf, runDatasetsAt, withHub} from './support/hub.js'
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

/** Sources that are not about this program, a shell's and the invented Hub's, and the one that puts its name in. */
const OTHERS = /^lib\/sandbox\/|^cli\/(?:completion|errors\/failure)\.ts$/

function sources(): Array<[path: string, text: string]> {
  const lib = join(root, 'src')
  return readdirSync(lib, {recursive: true, encoding: 'utf8'})
    .filter((path) => path.endsWith('.ts') && !OTHERS.test(path))
    .map((path) => [path, readFileSync(join(lib, path), 'utf8')])
}

/** Every command that a message, a suggestion or a description names: behind the program's name, or in backticks. */
function namedCommands(topics: string): Named[] {
  const behindName = /(?:\bsmoltrace|\$\{(?:this\.)?bin\}) ((?:\$\{[^}]*\}|[^'`\n])*)/g
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
  it('[S17] is one that there is, with flags that it has', async () => {
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
})

/** A file of the program that names commands in its messages, and how a person comes to read them. */
interface Case {
  /** Below `src`; those that name no command in the source are of messages made by several. */
  what: string
  argv: string[]
  prepare?: (hub: Sandbox, env: Record<string, string>, folder: string) => Promise<unknown> | void
  /** What the first command that is named must be. */
  named: RegExp
  /** What stands in a message for what only the reader knows. */
  filled?: Record<
    string,
    (hub: Sandbox, env: Record<string, string>, folder: string) => Promise<string> | string
  >
  /** What the reader does before, as the message says. */
  first?: (folder: string) => void
  /** Whether the command that failed goes well after it. */
  helps?: boolean
  /** How the commands that are named end. */
  code?: number
}

/** Every text in a document. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap((part) => textsIn(part))
    : []
}

/** The commands in a text, each without what is said of it. */
function commandsIn(text: string): string[] {
  const behindName = [...text.matchAll(/\bsmoltrace ((?:[a-z][a-z-]*|--help|--version)(?: [^\s,;?`]+)*)/g)]
  const inTicks = [...text.matchAll(/`((?:cleanup|datasets|history|leaderboard|restore|runs) [^`]+)`/g)]
  return [...behindName, ...inTicks].map(([, line = '']) => line.replace(/[.:]$|[.:] .*$/, ''))
}

const ON_TOP = ['leaderboard', 'protect']
const full: Fault = {
  match: ({path}) => path.startsWith('/api/datasets?'),
  times: 2,
  respond: {
    status: 403,
    headers: {'Content-Type': 'application/json'},
    body: '{"error":"Private repository storage limit reached, please upgrade your plan"}',
  },
}
/** Makes an archive look like one of another account. */
function renameArchive(copies: string, from: string, to: string): void {
  renameSync(join(copies, from), join(copies, to))
  for (const file of readdirSync(join(copies, to)).filter((name) => name.endsWith('.json'))) {
    const path = join(copies, to, file)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(new RegExp(`"${from}(?=["/])`, 'g'), `"${to}`))
  }
}

const stampsAt = (hub: Sandbox) => [...new Set(runDatasetsAt(hub).map((name) => name.slice(-15)))].toSorted()
const archiveOne = async (hub: Sandbox, env: Record<string, string>, folder: string) => {
  const [oldest = ''] = stampsAt(hub)
  const argv = ['cleanup', '--run', oldest, '--archive', join(folder, 'copies'), '--no-dry-run', '--yes']
  expect((await runCli(argv, env)).exitCode).to.equal(0)
}

const cases: Case[] = [
  {
    what: 'lifts the protection of a leaderboard that should go',
    argv: ['cleanup', '--all', '--delete-leaderboard'],
    prepare: (_hub, env) => runCli(ON_TOP, env),
    named: /^leaderboard unprotect\b/,
    helps: true,
  },
  {
    what: 'lifts the pins that hold a leaderboard which should go',
    argv: ['cleanup', '--all', '--delete-leaderboard'],
    prepare: (hub, env) => runCli(['runs', 'protect', ...stampsAt(hub).slice(0, 2)], env),
    named: /^runs unprotect \d{8}_\d{6} \d{8}_\d{6} --namespace mira$/,
    helps: true,
  },
  {
    what: 'selects something, where nothing was, and says what each rule means',
    argv: ['cleanup'],
    named: /^cleanup --older-than 30d --keep-recent 5$/,
  },
  {
    what: 'lists the jobs, where there is no such one',
    argv: ['history', 'nope'],
    named: /^history$/,
  },
  {
    what: 'shows what the traces take, where the account is full',
    argv: ['datasets', 'list'],
    prepare: (hub) => void hub.intercept(full),
    named: /^cleanup --only traces --older-than 30d --sizes$/,
    helps: true,
  },
  {
    what: 'shows the runs, where one is named that is not there',
    argv: ['cleanup', '--run', '20200101_000000'],
    named: /^runs group\b/,
  },
  {
    what: 'shows the runs, where what is named is none',
    argv: ['cleanup', '--run', '2020'],
    named: /^runs group$/,
  },
  {
    what: 'is the one that was meant, or lists all',
    argv: ['run', 'group'],
    named: /^runs group$/,
  },
  {
    what: 'lists what begins with a word',
    argv: ['runs', 'remove'],
    named: /^runs --help$/,
  },
  {
    what: 'is the one that was meant in the sandbox',
    argv: ['sandbox', 'datasets', 'lst'],
    named: /^sandbox datasets list$/,
  },
  {
    what: 'shows what an archive holds, where it does not hold what is named',
    argv: ['restore', 'FOLDER/copies', '20200101_000000'],
    prepare: archiveOne,
    named: /^restore \S+\/copies --dry-run$/,
  },
  {
    what: 'brings archives back that are of another namespace',
    argv: ['restore', 'FOLDER/copies', '--namespace', 'old-name'],
    async prepare(hub, env, folder) {
      await archiveOne(hub, env, folder)
      renameArchive(join(folder, 'copies'), hub.user, 'old-name')
    },
    named: /^restore \S+\/copies --from old-name$/,
  },
  {
    what: 'says what a policy does, once it is correct',
    argv: ['cleanup', '--policy', 'FOLDER/policy.yaml'],
    prepare: (_hub, _env, folder) =>
      writeFileSync(join(folder, 'policy.yaml'), 'version: 1\nkeep:\n  recen: 5\n'),
    first: (folder) => writeFileSync(join(folder, 'policy.yaml'), 'version: 1\nkeep:\n  recent: 5\n'),
    named: /^policy explain \S+\/policy\.yaml$/,
    helps: true,
  },
  {
    what: 'checks a leaderboard that has lost rows',
    argv: ['cleanup', '--keep-best', '1'],
    prepare: (hub) => writeBoard(hub, [[{results_dataset: runDatasetsAt(hub)[0] ?? '', success_rate: 1}]]),
    named: /^leaderboard check$/,
  },
  {
    what: 'shows and deletes runs without a row',
    argv: ['leaderboard', 'check'],
    prepare: (hub) => writeBoard(hub, [[{results_dataset: runDatasetsAt(hub)[0] ?? '', success_rate: 1}]]),
    named: /^runs group --namespace mira$/,
  },
  {
    what: 'brings back from an archive what rows cite',
    argv: ['leaderboard', 'check'],
    prepare: archiveOne,
    filled: {DIR: (_hub, _env, folder) => join(folder, 'copies')},
    named: /^restore DIR --namespace mira$/,
  },
  {
    what: 'pins a run that is in doubt',
    argv: ['leaderboard', 'protect', '--runs'],
    prepare: (hub) => writeBoard(hub, [[{results_dataset: runDatasetsAt(hub)[0] ?? '', success_rate: 1}]]),
    named: /^runs protect \d{8}_\d{6}$/,
  },
  {
    what: 'carries out the dry run',
    argv: ['cleanup', '--keep-recent', '1', '--grace', '0'],
    named: /^cleanup --keep-recent 1 --grace 0 --no-dry-run$/,
    // There is no terminal here to confirm on.
    code: 2,
  },
  {
    what: 'carries out the dry run, confirmed beforehand',
    argv: ['cleanup', '--keep-recent', '1', '--grace', '0', '--plan', 'FOLDER/plan.json'],
    filled: {'--no-dry-run': () => '--no-dry-run --yes'},
    named: /^cleanup --apply \S+\/plan\.json --no-dry-run$/,
  },
]

describe('[S17] a command that a message names works', () => {
  it('where it is named in passing, too, with what a reader puts in', () =>
    withHub({runs: 5}, async (hub) => {
      const folder = mkdtempSync(join(tmpdir(), 'smoltrace-advice-'))
      const env = {...envOf(hub), XDG_DATA_HOME: folder}
      const archive = join(folder, 'archive')
      const policy = join(folder, 'policy.yaml')
      writeFileSync(policy, 'version: 1\nkeep:\n  recent: 1\n')
      const real = ['cleanup', '--keep-recent', '1', '--archive', archive, '--no-dry-run', '--yes']
      expect((await runCli(real, env)).exitCode).to.equal(0)
      const {jobs} = JSON.parse((await runCli(['history', '--json'], env)).stdout) as {
        jobs: Array<{id: string}>
      }
      const job = jobs[0]?.id ?? ''
      const lines = [
        ['cleanup', '--archive', archive, '--keep-recent', '1'],
        ['cleanup', '--delete-leaderboard'],
        ['cleanup', '--only', 'traces'],
        ['history'],
        ['history', job],
        ['sandbox', 'policy', 'explain', policy],
        ['policy', 'explain', policy],
        ['restore', archive],
        ['runs', 'group'],
      ]
      for (const words of lines) {
        const {exitCode, stderr} = await runCli(words, env)
        expect(exitCode, `${words.join(' ')}\n${stderr}`).to.equal(0)
      }
    }))

  for (const {what, argv: words, prepare, named, filled = {}, first, helps = false, code = 0} of cases) {
    it(`it ${what}`, () =>
      withHub({runs: 5}, async (hub) => {
        const folder = mkdtempSync(join(tmpdir(), 'smoltrace-advice-'))
        const env = {...envOf(hub), XDG_DATA_HOME: folder}
        const argv = words.map((word) => word.replace(/^FOLDER/, folder))
        await prepare?.(hub, env, folder)
        const {stdout} = await runCli(argv, env)
        const document = await runCli([...argv, '--json'], env)
        // A command to copy has a line of its own; messages, suggestions and warnings are in the document, each in one piece.
        const lines = stdout.split('\n').filter((line) => line.startsWith('  smoltrace '))
        const texts = [...lines, ...textsIn(JSON.parse(document.stdout))]
        const commands = texts.flatMap((text) => commandsIn(text))
        const chosen = commands.filter((command) => named.test(command))
        expect(chosen, texts.join('\n')).not.to.deep.equal([])
        first?.(folder)
        const others = commands.filter((command) => !chosen.includes(command) && !/[A-Z]{3}/.test(command))
        for (const command of new Set([...chosen, ...others])) {
          let line = command
          for (const [word, value] of Object.entries(filled))
            line = line.replace(word, await value(hub, env, folder))
          const {exitCode, stderr} = await runCli(shellWords(line), env)
          expect(exitCode, `${line}\n${stderr}`).to.equal(code)
        }

        if (helps) expect((await runCli(argv, env)).exitCode).to.equal(0)
      }))
  }
})
