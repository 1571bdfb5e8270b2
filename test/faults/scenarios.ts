import {expect} from 'chai'
import {parquetReadObjects} from 'hyparquet'
import {join} from 'node:path'

import {cleanupDatasets} from '../../src/index.js'
import {runCli} from '../support/cli.js'
import {FAULTS} from '../support/faults.js'
import {envOf, withHub} from '../support/hub.js'
import {isMove, type Sandbox} from '../support/sandbox.js'
import {datasetOf, fillAccount, GONE, LEADERBOARD, PAGE_SIZE, PINNED, PLANNED} from './account.js'
import {type Classify, stagesOfCleanup, stagesOfPinning, stagesOfRestore, whatOf} from './kinds.js'
import {type Stake} from './rules.js'
import {
  documentOf,
  type Ended,
  expectTrueDeletion,
  expectTrueMoves,
  expectTrueRestore,
  expectTrueSizes,
  expectUntouched,
} from './truth.js'
import {type Snapshot, snapshotOf} from './watch.js'

/** One command with all that it asks of the Hub. */
export interface Scenario {
  title: string
  /** So few that everything that is listed takes more than one page. */
  pageSize: number
  /** What the command finds. `folder` is for its files. */
  prepare: (hub: Sandbox, folder: string) => Promise<void> | void
  argv: (folder: string) => string[]
  classify: () => Classify
  /** The kinds of its requests that fail here, and what hangs on each. */
  kinds: Record<string, Stake>
  /** Full names of what may go, or come back. */
  planned: readonly string[]
  /** Goes wrong in each run of it, so that there is something to look at again. */
  trouble?: (hub: Sandbox) => void
  /** Its exit code whatever goes wrong. Default: 0 where nothing does. */
  ends?: number
  /** Where its archive is made. */
  copies?: (folder: string) => string
  expectTruth: (ended: Ended) => Promise<void> | void
}

/** What every look at an account asks for. */
const READING = [
  'whoami',
  'listing',
  'later page of the listing',
  'whereabouts',
  'protection',
  'protection, content',
  'files',
  'later page of the files',
  'file',
  'file, bytes',
]

/** These kinds of requests, with what hangs on each of them at this stage. */
function at(stage: string, stake: Stake, kinds = READING): Record<string, Stake> {
  return Object.fromEntries(kinds.map((what) => [`${stage}${what}`, stake]))
}

const CLEANUP = ['cleanup', '--incomplete-only', '--grace', '0', '--no-dry-run', '--yes', '--json']
const cleanup: Scenario = {
  title: 'cleanup',
  pageSize: PAGE_SIZE,
  prepare: (hub) => fillAccount(hub),
  argv: () => CLEANUP,
  classify: stagesOfCleanup,
  kinds: {
    ...at('planning: ', 'plan'),
    ...at('DELETE ', 'deletion', ['metrics', 'traces', 'results']),
    ...at('deleting: ', 'note', ['whoami', 'listing', 'later page of the listing']),
  },
  planned: PLANNED,
  expectTruth: expectTrueDeletion,
}

const cleanupWithWait: Scenario = {
  ...cleanup,
  title: 'cleanup, while the quota is used up in its middle',
  kinds: at('deleting: ', 'look'),
  trouble(hub) {
    const isDelete = ({method}: {method: string}) => method === 'DELETE'
    hub.intercept({match: isDelete, skip: 1, times: 1, ...FAULTS['429, the window is used up']})
  },
}

const cleanupWithLoss: Scenario = {
  ...cleanup,
  title: 'cleanup, while the answer to a DELETE is lost',
  kinds: {'deleting: whereabouts': 'look'},
  trouble(hub) {
    const isDelete = ({method}: {method: string}) => method === 'DELETE'
    hub.intercept({match: isDelete, times: 1, ...FAULTS['reset before the Hub acted']})
  },
}

const archive: Scenario = {
  ...cleanup,
  title: 'cleanup --archive',
  argv: (folder) => [...CLEANUP, '--archive', join(folder, 'copies')],
  kinds: {
    ...at('copying: ', 'copy', ['facts', 'files']),
    ...at('copying: ', 'content', ['file', 'file, content', 'file, bytes']),
    'checking: listing': 'plan',
  },
  copies: (folder) => join(folder, 'copies'),
}

const deleteLeaderboard: Scenario = {
  ...cleanup,
  title: 'cleanup --delete-leaderboard',
  argv: (folder) => [
    ...CLEANUP,
    '--run',
    '20250105_101500',
    '--delete-leaderboard',
    '--archive',
    join(folder, 'copies'),
  ],
  kinds: {
    'copying: later page of the files': 'copy',
    'deleting: listing': 'look',
    'DELETE leaderboard': 'deletion',
  },
  planned: [...PLANNED.filter((name) => name.endsWith('20250105_101500')), LEADERBOARD],
  copies: (folder) => join(folder, 'copies'),
}

const apply: Scenario = {
  ...cleanup,
  title: 'cleanup --apply',
  async prepare(hub, folder) {
    fillAccount(hub)
    const connection = {token: hub.token, endpoint: hub.url, env: {}}
    await cleanupDatasets({...connection, incompleteOnly: true, grace: '0', savePlan: planIn(folder)})
  },
  argv: (folder) => ['cleanup', '--apply', planIn(folder), '--no-dry-run', '--yes', '--json'],
  kinds: {
    'planning: listing': 'plan',
    ...at('checking: ', 'plan', [
      'whoami',
      'later page of the listing',
      'protection, content',
      'file, bytes',
    ]),
    'DELETE traces': 'deletion',
  },
}

function planIn(folder: string): string {
  return join(folder, 'plan.json')
}

const withSizes: Scenario = {
  ...cleanup,
  title: 'cleanup --sizes',
  argv: () => [...CLEANUP, '--sizes'],
  kinds: at('planning: ', 'note', ['inventory', 'later page of the inventory']),
  async expectTruth(ended) {
    await expectTrueDeletion(ended)
    expectTrueSizes(ended)
  },
}

/** A folder of archives, and what was archived. */
export interface Archived {
  dir: string
  datasets: ReadonlyMap<string, Snapshot>
}

/** Archives a small account once, for all who restore it. */
export function archiveOnce(dir: string): Promise<Archived> {
  return withHub({seed: 'empty'}, async (hub) => {
    for (const name of PLANNED) hub.state.addDataset(datasetOf(name))
    const datasets = snapshotOf(hub)
    const argv = ['cleanup', '--all', '--grace', '0', '--no-dry-run', '--yes', '--archive', dir]
    expect((await runCli(argv, envOf(hub))).exitCode).to.equal(0)
    return {dir, datasets}
  })
}

/** @param archived known only once the tests run */
function restore(archived: () => Archived): Scenario {
  const planned = PLANNED.slice(0, 3)
  // The first one is there already.
  const missing = planned.slice(1)
  return {
    title: 'restore',
    pageSize: 2,
    prepare(hub) {
      fillAccount(hub)
      for (const name of missing) hub.state.remove(name)
    },
    argv: () => ['restore', archived().dir, ...planned, '--json'],
    classify: stagesOfRestore,
    kinds: {
      whoami: 'plan',
      ...at('', 'part', ['create', 'preupload', 'batch', 'upload', 'commit']),
      ...at('looking: ', 'part', ['facts', 'files']),
      ...at('filling: ', 'part', ['facts', 'files']),
      ...at('comparing: ', 'part', ['facts', 'files', 'later page of the files']),
    },
    planned,
    expectTruth: (ended) => expectTrueRestore({...ended, archived: archived().datasets}),
  }
}

const protect: Scenario = {
  title: 'leaderboard protect --runs',
  pageSize: PAGE_SIZE,
  prepare: (hub) => fillAccount(hub),
  argv: () => ['leaderboard', 'protect', '--runs', '--json'],
  classify: stagesOfPinning,
  kinds: {
    // What goes wrong with the protection file ends the job; what goes wrong with a card makes that pin half.
    ...at('', 'change', ['files', 'file, bytes', 'whereabouts', 'protection', 'protection, content']),
    ...at('', 'change', ['preupload', 'commit']),
    ...at('tagging: ', 'part', ['whereabouts', 'files', 'file', 'preupload', 'commit']),
  },
  planned: [LEADERBOARD, ...PINNED],
  expectTruth(ended) {
    const document = documentOf(ended)
    expectUntouched(ended.hub, ended.before, [LEADERBOARD, ...PINNED])
    if (document.error) return
    const {leaderboard, runs} = protectionAt(ended.hub)
    expect(leaderboard, 'the protection').not.to.equal(undefined)
    expect(Object.keys(runs)).to.include.members(document.runs.map(({run}: {run: string}) => run))
    for (const {run, tagged, half} of document.runs) {
      expect(half).to.equal(!tagged)
      if (tagged) for (const card of cardsAt(ended.hub, run)) expect(card, run).to.include('smoltrace-pinned')
    }
  },
}

const unprotect: Scenario = {
  ...protect,
  title: 'runs unprotect',
  async prepare(hub) {
    fillAccount(hub)
    expect((await runCli(['leaderboard', 'protect', '--runs'], envOf(hub))).exitCode).to.equal(0)
  },
  argv: () => ['runs', 'unprotect', '20250108_101500', '20250109_101500', '--json'],
  kinds: at('tagging: ', 'part', ['file, content', 'commit']),
  expectTruth(ended) {
    const document = documentOf(ended)
    const cards = [...ended.before.keys()].filter(
      (name) => name.endsWith('_101500') && name.startsWith('mira/'),
    )
    expectUntouched(ended.hub, ended.before, [LEADERBOARD, ...cards])
    if (document.error) return
    const {runs} = protectionAt(ended.hub)
    for (const {run, pinned} of document.runs) {
      expect(runs, 'the file goes first').not.to.have.property(run)
      if (!pinned) expect(cardsAt(ended.hub, run).join(''), run).to.equal('')
    }
  },
}

const prune: Scenario = {
  ...protect,
  title: 'leaderboard prune',
  argv: () => ['leaderboard', 'prune', '--no-dry-run', '--yes', '--json'],
  classify: () => whatOf,
  kinds: at('', 'change', [
    'listing',
    'whereabouts',
    'files',
    'file, bytes',
    'preupload',
    'batch',
    'upload',
    'commit',
  ]),
  planned: [LEADERBOARD],
  async expectTruth(ended) {
    const {error, pruned} = documentOf(ended)
    expectUntouched(ended.hub, ended.before, [LEADERBOARD])
    const [before, now] = [ended.before.get(LEADERBOARD)?.files, ended.hub.state.get(LEADERBOARD)?.files]
    const rows = await rowsOf(before)
    const changed = rows.map((row) => (row.run_id === GONE ? {...row, results_dataset: null} : row))
    expect(await rowsOf(now)).to.deep.equal(error || pruned === 0 ? rows : changed)
  },
}

async function rowsOf(files: Snapshot['files'] | undefined): Promise<Array<Record<string, unknown>>> {
  const bytes = files?.get('data/train-00000-of-00001.parquet')?.bytes() ?? Buffer.alloc(0)
  return parquetReadObjects({file: new Uint8Array(bytes).buffer})
}

function protectionAt(hub: Sandbox): {leaderboard?: object; runs: object} {
  const file = hub.state.get(LEADERBOARD)?.head.files.get('.smoltrace/protection.json')
  return {runs: {}, ...(JSON.parse(file?.bytes().toString() ?? '{}') as object)}
}

function cardsAt(hub: Sandbox, run: string): string[] {
  return PINNED.filter((name) => name.includes(run)).map(
    (name) => hub.state.get(name)?.head.files.get('README.md')?.bytes().toString() ?? '',
  )
}

const trash: Scenario = {
  ...cleanup,
  title: 'cleanup --trash',
  argv: () => [...CLEANUP, '--trash'],
  kinds: {
    'planning: listing': 'plan',
    move: 'deletion',
    look: 'look',
    ...at('deleting: ', 'note', ['whoami', 'listing']),
  },
  expectTruth: expectTrueMoves,
}

const trashWithLoss: Scenario = {
  ...trash,
  title: 'cleanup --trash, while the answer to a move is lost',
  kinds: {'deleting: whereabouts': 'look'},
  trouble(hub) {
    hub.intercept({match: isMove, times: 1, ...FAULTS['reset before the Hub acted']})
  },
}

/** Each move publishes, so that no dataset follows the first ones. */
const trashInPublic: Scenario = {
  ...trash,
  title: 'cleanup --trash, while moves publish',
  argv: () => [...CLEANUP, '--trash'],
  kinds: {settings: 'look'},
  ends: 3,
  trouble(hub) {
    hub.state.moves.publish = true
  },
  expectTruth(ended) {
    const outcomes = documentOf(ended).outcomes as Array<{name: string; status: string; reason: string}>
    const now = [...snapshotOf(ended.hub)]
    for (const {name, status, reason} of outcomes) {
      expect(status, reason).to.be.oneOf(['trashed', 'unattempted'])
      const [, moved] = now.find(([, {id}]) => id === ended.before.get(name)?.id) ?? []
      if (moved?.isPrivate !== true) expect(reason, name).to.include('may be public')
    }

    expect(outcomes.map(({status}) => status)).to.include.members(['trashed', 'unattempted'])
  },
}

function inTrash(name: string): string {
  return name.replace('/smoltrace-', '/smoltrace-trash-20250201-')
}

const restoreFromTrash: Scenario = {
  ...trash,
  title: 'trash restore',
  prepare(hub) {
    fillAccount(hub)
    for (const name of PLANNED) hub.state.rename(hub.state.get(name)!, inTrash(name))
  },
  argv: () => ['trash', 'restore', '--all', '--json'],
  kinds: {
    'planning: whoami': 'plan',
    'planning: listing': 'plan',
    move: 'deletion',
    'deleting: whereabouts': 'look',
    ...at('deleting: ', 'note', ['listing', 'files', 'protection']),
  },
  planned: PLANNED.map((name) => inTrash(name)),
}

const emptyTrash: Scenario = {
  ...restoreFromTrash,
  title: 'trash empty',
  argv: () => ['trash', 'empty', '--all', '--no-dry-run', '--yes', '--json'],
  kinds: {
    ...at('planning: ', 'plan', ['whoami', 'listing', 'files', 'protection', 'protection, content']),
    look: 'look',
    'DELETE in the trash': 'deletion',
  },
  expectTruth: expectTrueDeletion,
}

/** Every scenario of the matrix. */
export function scenarios(archived: () => Archived): Scenario[] {
  return [
    cleanup,
    cleanupWithWait,
    cleanupWithLoss,
    archive,
    deleteLeaderboard,
    apply,
    withSizes,
    restore(archived),
    protect,
    unprotect,
    trash,
    trashWithLoss,
    trashInPublic,
    restoreFromTrash,
    emptyTrash,
    prune,
  ]
}
