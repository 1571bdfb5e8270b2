import {expect} from 'chai'
import {mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {writeBoard} from './support/boards.js'
import {findCommands, root, runCli} from './support/cli.js'
import {envOf, runDatasetsAt, runsAt, withHub} from './support/hub.js'
import {isListing, type Sandbox} from './support/sandbox.js'
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
const SENTENCES = /^(?:runs (?:no older|that are)|datasets of |leaderboard rows )/

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

/** How a person comes to read a message, and what comes of it. */
interface More {
  prepare?: (scene: Scene) => unknown
  /** What the reader puts in for a word of the command. */
  filled?: [word: string, value: string]
  /** What the reader does before, as the message says. */
  first?: () => void
  /** Whether the command that failed goes well after it. */
  helps?: true
  /** How the commands that are named end. */
  code?: number
}

interface Scene {
  hub: Sandbox
  run: (line: string) => Promise<{exitCode: number; stdout: string; stderr: string}>
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

const archiveOne = async ({hub, run}: Scene) => {
  const {exitCode} = await run(`cleanup --run ${runsAt(hub)[0]} --archive copies --no-dry-run --yes`)
  expect(exitCode).to.equal(0)
}

/** The leaderboard has a row of one run alone. */
const loseRows = ({hub}: Scene) =>
  writeBoard(hub, [[{results_dataset: runDatasetsAt(hub)[0] ?? '', success_rate: 1}]])
const fillStorage = ({hub}: Scene) =>
  hub.intercept({
    match: isListing,
    times: 2,
    respond: {
      status: 403,
      headers: {'Content-Type': 'application/json'},
      body: '{"error":"Private repository storage limit reached, please upgrade your plan"}',
    },
  })
/** Makes an archive look like one of another account. */
function renameArchive(from: string, to: string): void {
  renameSync(join('copies', from), join('copies', to))
  for (const file of readdirSync(join('copies', to)).filter((name) => name.endsWith('.json'))) {
    const path = join('copies', to, file)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(new RegExp(`"${from}(?=["/])`, 'g'), `"${to}`))
  }
}

const PIN = /^runs unprotect \d{8}_\d{6} \d{8}_\d{6} --namespace mira$/
const protectBoard = ({run}: Scene) => run('leaderboard protect')
const pinTwo = ({hub, run}: Scene) => run(`runs protect ${runsAt(hub).slice(0, 2).join(' ')}`)
const archiveAsAnother = async (scene: Scene) => {
  await archiveOne(scene)
  renameArchive(scene.hub.user, 'old-name')
}

const policyWith = (key: string) => () => writeFileSync('policy.yaml', `version: 1\nkeep:\n  ${key}: 5\n`)
const CONFIRMED: More['filled'] = ['--no-dry-run', '--no-dry-run --yes']
const KEEP_ONE = 'cleanup --keep-recent 1 --grace 0'
const EVERYTHING = 'cleanup --all --delete-leaderboard'
const UNKNOWN_RUN = 'restore copies 20200101_000000'
const corrected: More = {prepare: policyWith('recen'), first: policyWith('recent'), helps: true}

/** Where a line is read, in a folder for `copies`, `policy.yaml` and `plan.json`, and what the first command that is named must be. */
const cases: Array<[line: string, named: RegExp, more?: More]> = [
  [EVERYTHING, /^leaderboard unprotect\b/, {prepare: protectBoard, helps: true}],
  [EVERYTHING, PIN, {prepare: pinTwo, helps: true}],
  ['cleanup', /^cleanup --older-than 30d --keep-recent 5$/],
  ['history nope', /^history$/],
  // The account is full.
  ['datasets list', /^cleanup --only traces --older-than 30d --sizes$/, {prepare: fillStorage, helps: true}],
  ['cleanup --run 20200101_000000', /^runs group\b/],
  ['cleanup --run 2020', /^runs group$/],
  ['run group', /^runs group$/],
  ['runs remove', /^runs --help$/],
  ['sandbox datasets lst', /^sandbox datasets list$/],
  [UNKNOWN_RUN, /^restore copies --dry-run$/, {prepare: archiveOne}],
  ['restore copies --namespace old-name', /^restore copies --from old-name$/, {prepare: archiveAsAnother}],
  ['cleanup --policy policy.yaml', /^policy explain policy\.yaml$/, corrected],
  ['cleanup --keep-best 1', /^leaderboard check$/, {prepare: loseRows}],
  ['leaderboard check', /^cleanup (?:--run \d{8}_\d{6} )+--namespace mira$/, {prepare: loseRows}],
  ['leaderboard check', /^leaderboard prune --namespace mira$/, {prepare: archiveOne}],
  ['leaderboard protect --runs', /^runs protect \d{8}_\d{6} --namespace mira$/, {prepare: loseRows}],
  // There is no terminal here to confirm on.
  [KEEP_ONE, /^cleanup --keep-recent 1 --grace 0 --no-dry-run$/, {code: 2}],
  [`${KEEP_ONE} --plan plan.json`, /^cleanup --apply plan\.json --no-dry-run$/, {filled: CONFIRMED}],
]

describe('[S17] a command that a message names works', () => {
  const home = process.cwd()

  afterEach(() => process.chdir(home))

  for (const [line, named, more = {}] of cases) {
    const {prepare, filled: [word, value] = ['', ''], first, helps, code = 0} = more
    it(`${named.source} of: ${line}`, () =>
      withHub({runs: 5}, async (hub) => {
        process.chdir(mkdtempSync(join(tmpdir(), 'smoltrace-advice-')))
        const env = {...envOf(hub), XDG_DATA_HOME: process.cwd()}
        const run = (words: string) => runCli(shellWords(words), env)
        await prepare?.({hub, run})
        const {stdout} = await run(line)
        const document = await run(`${line} --json`)
        // A command to copy has a line of its own; messages, suggestions and warnings are in the document, each in one piece.
        const lines = stdout.split('\n').filter((each) => each.startsWith('  smoltrace '))
        const texts = [...lines, ...textsIn(JSON.parse(document.stdout))]
        const commands = texts.flatMap((text) => commandsIn(text))
        const chosen = commands.filter((command) => named.test(command))
        expect(chosen, texts.join('\n')).not.to.deep.equal([])
        first?.()
        const others = commands.filter((command) => !chosen.includes(command) && !/[A-Z]{3}/.test(command))
        for (const command of new Set([...chosen, ...others])) {
          const {exitCode, stderr} = await run(command.replace(word, value))
          expect(exitCode, `${command}\n${stderr}`).to.equal(code)
        }

        if (helps) expect((await run(line)).exitCode).to.equal(0)
      }))
  }
})
