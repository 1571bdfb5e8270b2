import {expect} from 'chai'
import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {EXIT, type ExitCode, moreSevere} from '../src/lib/base/exit-codes.js'
import {runCli} from './support/cli.js'
import {envOf, namesAt, runsAt, UNKNOWN_TOKEN, withHub} from './support/hub.js'
import {type Fault, isCommit, isDelete, isProtection, type Sandbox} from './support/sandbox.js'

const WET = '--no-dry-run --yes'
const ALL = `cleanup --all --grace 0 ${WET}`
const KEEP_ONE = 'cleanup --keep-recent 1'
const APPLY = `cleanup --apply FOLDER/plan.json ${WET}`

const answers = (status: number, match: Fault['match'], more: Partial<Fault> = {}): Fault => ({
  match,
  respond: {status, headers: {'Content-Type': 'application/json'}, body: '{"error":"no"}'},
  ...more,
})
const limited = {status: 429, headers: {RateLimit: '"api";r=90;t=200'}, body: '{"error":"too many"}'}
const actionLimit: Fault = {match: isDelete, skip: 1, respond: limited}
const rejected = answers(401, isDelete, {skip: 1})
const noCommit = answers(403, isCommit)
const noCard = answers(403, (request) => isCommit(request) && !request.path.includes('leaderboard'))

/** What is done before, in the folder for which FOLDER is put. */
interface Scene {
  hub: Sandbox
  run: (line: string) => ReturnType<typeof runCli>
}

/** Saves a plan. @returns what it names */
async function savePlan({run}: Scene): Promise<string[]> {
  const {stdout} = await run(`${KEEP_ONE} --grace 0 --plan FOLDER/plan.json --json`)
  const {delete: runs} = JSON.parse(stdout) as {delete: Array<{deletes: Array<{name: string}>}>}
  return runs.flatMap(({deletes}) => deletes.map(({name}) => name))
}

interface More {
  fault?: Fault
  prepare?: (scene: Scene) => unknown
  token?: (hub: Sandbox) => string
  /** Whether something is deleted or, but for the preparation, committed all the same. */
  changes?: true
}

const touchSome = async (scene: Scene, count?: number) => {
  for (const name of (await savePlan(scene)).slice(0, count)) scene.hub.state.touch(name)
}

const protect = ({run}: Scene) => run('leaderboard protect')
const noList: Fault = {match: ({path}) => path.includes('author='), respond: {status: 200, body: '{}'}}
const noProtection = answers(403, isProtection)

/** Sentences of the rule, each in the words of one case; OLDEST is the oldest run. */
const ROWS: Array<[code: ExitCode, says: string, line: string, more?: More]> = [
  [0, 'done', ALL, {changes: true}],
  [0, 'nothing to do', `cleanup --keep-recent 50 ${WET}`],
  [0, 'a dry run that finds work, not asked to say so', KEEP_ONE],
  [0, 'a dry run that finds none, asked to say so', 'cleanup --keep-recent 50 --exit-code'],
  [10, 'a dry run that finds work, asked to say so', `${KEEP_ONE} --exit-code`],
  [1, 'an error: a listing that is no list', ALL, {fault: noList}],
  [1, 'refused: a protected leaderboard, in a dry run', 'cleanup --delete-leaderboard', {prepare: protect}],
  [1, 'not known, with --exit-code too: what is protected', `${KEEP_ONE} --exit-code`, {fault: noProtection}],
  [1, 'an unknown namespace, before anything', `${ALL} --namespace nobody`],
  [1, 'an unknown run, before anything', `cleanup --run OLDEST --run 20200101_000000 ${WET}`],
  [2, 'wrong usage', 'cleanup --older-than 0'],
  [2, 'neither a selector nor a keeper', `cleanup ${WET}`],
  [2, 'a question without a terminal', 'cleanup --all --no-dry-run'],
  [3, 'something failed', ALL, {fault: answers(403, isDelete, {times: 1}), changes: true}],
  [3, 'something was skipped', APPLY, {prepare: (scene) => touchSome(scene, 1), changes: true}],
  [3, 'something is half: a card', 'runs protect OLDEST', {fault: noCard, changes: true}],
  [3, 'the rest was not attempted: a limit of the action', ALL, {fault: actionLimit, changes: true}],
  [3, 'a token that is rejected in the middle', ALL, {fault: rejected, changes: true}],
  [4, 'not authenticated', ALL, {token: () => UNKNOWN_TOKEN}],
  [4, 'not allowed', ALL, {token: ({tokens}) => tokens.read}],
  [4, 'not allowed to commit, before the first change', 'leaderboard protect', {fault: noCommit}],
  [5, 'nothing of a saved plan was even tried', APPLY, {prepare: (scene) => touchSome(scene)}],
]

describe('[S16] the exit code says what happened, the same with and without --json', () => {
  for (const [code, says, line, {fault, prepare, token, changes} = {}] of ROWS) {
    it(`${code}: ${says}`, async () => {
      for (const json of ['', ' --json']) {
        await withHub({runs: 5}, async (hub) => {
          const folder = mkdtempSync(join(tmpdir(), 'smoltrace-exit-'))
          const [oldest = ''] = runsAt(hub)
          const run = (text: string, as?: string) => {
            const argv = text.replace('FOLDER', folder).replace('OLDEST', oldest).split(' ')
            return runCli(argv, envOf(hub, as))
          }

          await prepare?.({hub, run})
          if (fault) hub.intercept(fault)
          const before = namesAt(hub)
          hub.requests.length = 0
          const {stdout, exitCode} = await run(line + json, token?.(hub))
          expect(exitCode, stdout).to.equal(code)
          if (!changes) expect(namesAt(hub)).to.deep.equal(before)
          if (code === EXIT.usage) expect(hub.requests).to.deep.equal([])
          if (json === '') return
          const {error} = JSON.parse(stdout) as {error?: {exitCode: number; suggestions: string[]}}
          if (error) expect(error.exitCode).to.equal(code)
          if (code === EXIT.usage || code === EXIT.notAllowed)
            expect(error?.suggestions).not.to.deep.equal([])
        })
      }
    })
  }
})

describe('[S16] of several exit codes', () => {
  const ORDER = [130, 4, 2, 1, 3, 5, 10, 0] as const

  it('the graver one is that of the process, whichever came first', () => {
    for (const [index, graver] of ORDER.entries()) {
      for (const lesser of ORDER.slice(index)) {
        expect(moreSevere(graver, lesser)).to.equal(graver)
        expect(moreSevere(lesser, graver)).to.equal(graver)
      }
    }
  })
})
