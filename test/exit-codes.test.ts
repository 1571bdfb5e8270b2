import {expect} from 'chai'
import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {EXIT, type ExitCode, graverCode} from '../src/lib/base/exit-codes.js'
import {type Fault, type Sandbox} from '../src/lib/sandbox/index.js'
import {runCli} from './support/cli.js'
import {envOf, namesAt, runDatasetsAt, UNKNOWN_TOKEN, withHub} from './support/hub.js'

const WET = ['--no-dry-run', '--yes']
const ALL = ['cleanup', '--all', '--grace', '0', ...WET]
const KEEP_ONE = ['cleanup', '--keep-recent', '1']

const isDelete: Fault['match'] = ({method}) => method === 'DELETE'
const isCommit: Fault['match'] = ({method, path}) => method === 'POST' && path.includes('/commit/')
const refusing = (status: number, error = 'no'): NonNullable<Fault['respond']> => ({
  status,
  headers: {'Content-Type': 'application/json'},
  body: JSON.stringify({error}),
})
/** The oldest run that is there, which goes first. */
const oldestAt = (hub: Sandbox) =>
  runDatasetsAt(hub)
    .map((name) => name.slice(-15))
    .toSorted()[0] ?? ''

interface Row {
  /** A sentence of the rule, in the words of one case. */
  says: string
  code: ExitCode
  argv: string[] | ((hub: Sandbox, folder: string) => string[])
  token?: (hub: Sandbox) => string
  prepare?: (hub: Sandbox, argv: string[]) => Promise<unknown> | void
  /** Whether something is deleted or, but for the preparation, committed all the same. */
  changes?: boolean
}

/** What a saved plan names, once it is made. */
async function savePlan(hub: Sandbox, argv: string[]): Promise<string[]> {
  const {stdout} = await runCli([...KEEP_ONE, '--grace', '0', '--plan', argv[2] ?? '', '--json'], envOf(hub))
  const {delete: runs} = JSON.parse(stdout) as {delete: Array<{deletes: Array<{name: string}>}>}
  return runs.flatMap(({deletes}) => deletes.map(({name}) => name))
}

const applying = (_hub: Sandbox, folder: string) => ['cleanup', '--apply', join(folder, 'plan.json'), ...WET]

const ROWS: Row[] = [
  {says: 'done', code: EXIT.done, argv: ALL, changes: true},
  {says: 'nothing to do', code: EXIT.done, argv: ['cleanup', '--keep-recent', '50', ...WET]},
  {says: 'a dry run that finds work, not asked to say so', code: EXIT.done, argv: KEEP_ONE},
  {
    says: 'an error: a listing that is no list',
    code: EXIT.error,
    argv: ALL,
    prepare: (hub) =>
      void hub.intercept({match: ({path}) => path.includes('author='), respond: {status: 200, body: '{}'}}),
  },
  {
    says: 'refused: the leaderboard is protected, in a dry run',
    code: EXIT.error,
    argv: ['cleanup', '--delete-leaderboard'],
    prepare: (hub) => runCli(['leaderboard', 'protect'], envOf(hub)),
  },
  {
    says: 'not known: a dry run that could not read what is protected, with --exit-code too',
    code: EXIT.error,
    argv: [...KEEP_ONE, '--exit-code'],
    prepare: (hub) =>
      void hub.intercept({match: ({path}) => path.includes('protection.json'), respond: refusing(403)}),
  },
  {
    says: 'an unknown namespace, before anything',
    code: EXIT.error,
    argv: [...ALL, '--namespace', 'nobody'],
  },
  {
    says: 'an unknown run, before anything',
    code: EXIT.error,
    argv: (hub) => ['cleanup', '--run', oldestAt(hub), '--run', '20200101_000000', ...WET],
  },
  {says: 'wrong usage', code: EXIT.usage, argv: ['cleanup', '--older-than', '0']},
  {says: 'neither a selector nor a keeper', code: EXIT.usage, argv: ['cleanup', ...WET]},
  {says: 'a question without a terminal', code: EXIT.usage, argv: ['cleanup', '--all', '--no-dry-run']},
  {
    says: 'something failed',
    code: EXIT.incomplete,
    argv: ALL,
    prepare: (hub) => void hub.intercept({match: isDelete, times: 1, respond: refusing(403)}),
    changes: true,
  },
  {
    says: 'something was skipped',
    code: EXIT.incomplete,
    argv: applying,
    async prepare(hub, argv) {
      const [name = ''] = await savePlan(hub, argv)
      hub.state.touch(name)
    },
    changes: true,
  },
  {
    says: 'something is half: a card that could not be changed',
    code: EXIT.incomplete,
    argv: (hub) => ['runs', 'protect', oldestAt(hub)],
    prepare: (hub) =>
      void hub.intercept({
        match: (request) => isCommit(request) && !request.path.includes('leaderboard'),
        respond: refusing(403),
      }),
    changes: true,
  },
  {
    says: 'the rest was not attempted: a limit of the action',
    code: EXIT.incomplete,
    argv: ALL,
    prepare: (hub) =>
      void hub.intercept({
        match: isDelete,
        skip: 1,
        respond: {status: 429, headers: {RateLimit: '"api";r=90;t=200'}, body: '{"error":"too many"}'},
      }),
    changes: true,
  },
  {
    says: 'a token that is not accepted any more in the middle',
    code: EXIT.incomplete,
    argv: ALL,
    prepare: (hub) => void hub.intercept({match: isDelete, skip: 1, respond: refusing(401)}),
    changes: true,
  },
  {says: 'not authenticated', code: EXIT.notAllowed, argv: ALL, token: () => UNKNOWN_TOKEN},
  {says: 'not allowed', code: EXIT.notAllowed, argv: ALL, token: ({tokens}) => tokens.read},
  {
    says: 'not allowed to commit, before the first change',
    code: EXIT.notAllowed,
    argv: ['leaderboard', 'protect'],
    prepare: (hub) => void hub.intercept({match: isCommit, respond: refusing(403)}),
  },
  {
    says: 'nothing of a saved plan was even tried',
    code: EXIT.stale,
    argv: applying,
    async prepare(hub, argv) {
      for (const name of await savePlan(hub, argv)) hub.state.touch(name)
    },
  },
  {says: 'a dry run that finds work, asked to say so', code: EXIT.found, argv: [...KEEP_ONE, '--exit-code']},
  {
    says: 'a dry run that finds none, asked to say so',
    code: EXIT.done,
    argv: ['cleanup', '--keep-recent', '50', '--exit-code'],
  },
]

describe('[S16] the exit code says what happened, the same with and without --json', () => {
  for (const {says, code, argv: given, token, prepare, changes = false} of ROWS) {
    it(`${code}: ${says}`, async () => {
      for (const json of [[], ['--json']]) {
        await withHub({runs: 5}, async (hub) => {
          const folder = mkdtempSync(join(tmpdir(), 'smoltrace-exit-'))
          const argv = typeof given === 'function' ? given(hub, folder) : given
          await prepare?.(hub, argv)
          const before = namesAt(hub)
          hub.requests.length = 0
          const {stdout, exitCode} = await runCli([...argv, ...json], envOf(hub, token?.(hub)))
          expect(exitCode, stdout).to.equal(code)
          if (!changes) expect(namesAt(hub)).to.deep.equal(before)
          if (code === EXIT.usage) expect(hub.requests).to.deep.equal([])
          if (json.length === 0) return
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
        expect(graverCode(graver, lesser)).to.equal(graver)
        expect(graverCode(lesser, graver)).to.equal(graver)
      }
    }
  })

  it('a foreign one never hides ours', () => {
    expect(graverCode(77, EXIT.error)).to.equal(EXIT.error)
  })
})
