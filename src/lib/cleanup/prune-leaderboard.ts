import {discover, type Inventory, type LeaderboardDataset} from '../account/datasets.js'
import {
  confirmGone,
  type DoubtfulRow,
  type OrphanedRow,
  PRUNE_TITLES,
  unlistedRows,
} from '../account/leaderboard/orphans.js'
import {readBoardFiles} from '../account/leaderboard/read.js'
import {rewriteParquet} from '../account/leaderboard/rewrite.js'
import {type LeaderboardRow} from '../account/leaderboard/row.js'
import {requireLeaderboard, type ViewSource} from '../account/leaderboard/view.js'
import {readProtection} from '../account/protection/file.js'
import {describeProtection} from '../account/protection/pins.js'
import {type ChangedFile} from '../account/protection/splits.js'
import {DEFAULT_CONCURRENCY} from '../base/concurrency.js'
import {CancelledError, RefusedError, SmoltraceError, UsageError} from '../base/errors.js'
import {type OptionTable, readOptions} from '../base/options.js'
import {formatCount} from '../base/text.js'
import {type Access, requireWriteAccess, whyHidden} from '../hub/access.js'
import {commitOnHead} from '../hub/change.js'
import {type RepoFile, type Upload} from '../hub/files.js'
import {
  CONNECTION,
  type ConnectionOptions,
  openSession,
  requireSameAccess,
  type Session,
  warnIfReadOnly,
} from '../hub/session.js'
import {type Plan, plannedDatasets} from '../plan/plan.js'
import {leaderboardArchive} from './archive-first.js'
import {dataDirOf, isDryRun} from './options.js'
import {type CleanupResult, type PruneOutcome} from './result.js'

/** What is done to rows whose datasets are gone, and how that is confirmed. */
export interface PruneOptions extends ConnectionOptions {
  /** Removes them; default: empties what names the datasets, and keeps all else of them. */
  drop?: boolean | undefined
  /** Default true: nothing is changed. */
  dryRun?: boolean | undefined
  /** Changes the leaderboard without asking `confirm`. */
  yes?: boolean | undefined
  /** Asked with what was found before anything is changed; only `true` continues. */
  confirm?: ((found: PruneResult) => boolean | Promise<boolean>) | undefined
  /** Where the leaderboard is archived first; default: where the command line keeps it. */
  dataDir?: string | undefined
}

const PRUNE_OPTIONS: OptionTable<PruneOptions> = {
  ...CONNECTION,
  drop: 'boolean',
  dryRun: 'any',
  yes: 'boolean',
  confirm: 'function',
  dataDir: 'text',
}

/** What was found in a leaderboard, and what was done. */
export interface PruneResult extends ViewSource {
  dryRun: boolean
  drop: boolean
  /** How many rows it had. */
  rows: number
  /** The rows that are pruned. */
  orphans: OrphanedRow[]
  /** The rows that are not, because one of their datasets only looks gone. */
  doubtful: DoubtfulRow[]
  /** Whether `confirm` said no. */
  declined: boolean
  /** How many rows were changed: fewer than `orphans` where someone else changed them since. */
  pruned: number
  /** The commit that changed them. */
  commit?: string | undefined
  /** The folder in which the leaderboard was archived before. */
  archive?: string | undefined
}

/**
 * Empties the references of leaderboard rows that name nothing but datasets which are gone, or removes these rows. A dry run by default.
 * @throws UsageError where nothing confirms it, NotAllowedError where the token cannot write, both before anything is listed
 * @throws RefusedError where it is not certain what is gone, the leaderboard is protected and rows would be removed, or anything in it
 *   cannot be written back exactly; nothing was changed then
 */
export async function pruneLeaderboard(options: PruneOptions = {}): Promise<PruneResult> {
  const own = readOptions(options, PRUNE_OPTIONS)
  const {drop = false, yes, confirm, signal} = own
  const dryRun = isDryRun(own)
  if (!dryRun && yes !== true && !confirm)
    throw new UsageError('Pruning needs confirmation: use `confirm`, or `yes: true`.')
  const session = await openSession(own)
  if (dryRun) warnIfReadOnly(session)
  else requireWriteAccess(session.access)
  requireAllVisible(session.access)
  const inventory = await discover(session)
  const leaderboard = requireLeaderboard(inventory, session)
  const board = await readBoard(session, inventory, leaderboard, drop)
  const found = {
    inventory,
    leaderboard,
    warnings: session.warnings,
    dryRun,
    drop,
    rows: board.rows,
    ...(await confirmGone(session.hub, board.unlisted)),
    declined: false,
    pruned: 0,
  }
  // What cannot be done is refused before anybody is asked, and in a dry run.
  const files = await prunedFiles(session, board, found.orphans, drop)
  if (dryRun || found.orphans.length === 0) return found
  if (yes !== true && (await confirm?.(found)) !== true) return {...found, declined: true}
  if (signal?.aborted) throw new CancelledError('Interrupted.')
  return {...found, ...(await commitPruned(session, {board, files, orphans: found.orphans, drop}, own))}
}

/**
 * Makes sure, before anything is deleted, that the rows about the runs of a plan can be pruned afterwards.
 * @throws RefusedError where they cannot, or it may only be hidden what is there
 */
export async function requirePrunable(session: Session, inventory: Inventory, plan: Plan): Promise<void> {
  requireAllVisible(session.access)
  const {leaderboard} = inventory
  if (!leaderboard) return
  const left = withoutDatasets(inventory, new Set(plannedDatasets(plan).map(({id}) => id)))
  const board = await readBoard(session, left, leaderboard, false)
  await prunedFiles(session, board, rowsOfPlan(board, plan), false)
}

/** Prunes the rows about the runs that a job has deleted, if nothing of it is left. Never throws what is meant for a person. */
export async function pruneAfter(
  session: Session,
  {plan, outcomes}: Pick<CleanupResult, 'outcomes' | 'plan'>,
  options: Pick<PruneOptions, 'dataDir' | 'signal'>,
): Promise<PruneOutcome> {
  const open = outcomes.filter(({status}) => status !== 'deleted' && status !== 'gone').length
  if (open > 0) return {status: 'unattempted', rows: 0, reason: `${formatCount(open, 'dataset')} not deleted`}
  try {
    const inventory = await discover(session)
    const {leaderboard} = inventory
    if (!leaderboard) return {status: 'pruned', rows: 0}
    const deleted = new Set(outcomes.flatMap(({name, status}) => (status === 'deleted' ? [name] : [])))
    // The listing may lag behind.
    const gone = new Set(plannedDatasets(plan).flatMap(({name, id}) => (deleted.has(name) ? [id] : [])))
    const board = await readBoard(session, withoutDatasets(inventory, gone), leaderboard, false)
    const {orphans, doubtful} = await confirmGone(session.hub, rowsOfPlan(board, plan), deleted)
    const [doubt] = doubtful
    if (doubt) session.warnings.push(`Row ${doubt.row} of ${leaderboard.name} was not pruned: ${doubt.why}.`)
    if (orphans.length === 0) return {status: 'pruned', rows: 0}
    const {pruned, ...how} = await commitPruned(session, {board, orphans, drop: false, gone}, options)
    return {status: 'pruned', rows: pruned, ...how}
  } catch (error) {
    if (!(error instanceof SmoltraceError)) throw error
    const unknown = error.suggestions.filter((text) => text.startsWith('It is not known'))
    const reason = [error.message, ...unknown].join(' ')
    return {status: error instanceof CancelledError ? 'unattempted' : 'failed', rows: 0, reason}
  }
}

function rowsOfPlan({unlisted}: Board, plan: Plan): OrphanedRow[] {
  const runs = new Set(plan.delete.map(({run}) => run.timestamp))
  return unlisted.filter(({run}) => runs.has(run))
}

/** @param ids of datasets that are not there, whatever the listing shows */
function withoutDatasets(inventory: Inventory, ids: ReadonlySet<string>): Inventory {
  return {...inventory, datasets: inventory.datasets.filter(({id}) => !ids.has(id))}
}

/** What is changed. */
interface Confirmed extends Pick<PruneResult, 'drop' | 'orphans'> {
  /** The leaderboard as it was read, and its files as they are to be, where they are made already. */
  board: Board
  files?: Upload['files']
  /** Ids of datasets that are gone, whatever the listing shows. */
  gone?: ReadonlySet<string>
}

/** Changes the rows that were confirmed, and no others, on whatever the leaderboard is by now. */
async function commitPruned(
  session: Session,
  {board: known, files: ready, orphans, drop, gone = new Set()}: Confirmed,
  options: Pick<PruneOptions, 'dataDir' | 'signal'>,
): Promise<Pick<PruneResult, 'archive' | 'commit' | 'pruned'>> {
  const {name, namespace, id} = known.at
  const place = {name, namespace, title: PRUNE_TITLES[drop ? 'drop' : 'empty']}
  const {made, head} = await commitOnHead(session.hub, place, async (sha, found) => {
    if (found !== id)
      throw new RefusedError(`${name} is no longer the dataset that was listed.`, {
        suggestions: ['It was renamed, deleted or re-created in the meantime: run the same command again.'],
      })
    await requireSameAccess(session)
    const inventory = withoutDatasets(await discover(session), gone)
    const isSame = sha === known.at.sha
    const board = isSame ? known : await readBoard(session, inventory, {...known.at, sha}, drop)
    const rows = isSame ? stillUnlisted(orphans, inventory) : sameRows(board.unlisted, orphans)
    if (rows.length === 0) return {pruned: 0, archive: undefined}
    const isReady = isSame && rows.length === orphans.length
    const files = (isReady ? ready : undefined) ?? (await prunedFiles(session, board, rows, drop))
    return {
      pruned: rows.length,
      archive: await archiveBoard(board.at, session, options),
      commit: {files, deletes: []},
    }
  })
  const {pruned, archive} = made
  return pruned > 0 ? {pruned, archive, commit: head} : {pruned}
}

/** A leaderboard at one commit. */
interface Board {
  at: LeaderboardDataset
  /** All files of that commit. */
  tree: RepoFile[]
  files: Array<{path: string; bytes: Buffer; rows: number}>
  rows: number
  unlisted: OrphanedRow[]
}

async function readBoard(
  {hub}: Session,
  inventory: Inventory,
  at: LeaderboardDataset,
  drop: boolean,
): Promise<Board> {
  if (drop) {
    const {leaderboard: protection} = await readProtection(hub, {leaderboard: at, namespace: at.namespace})
    if (protection)
      throw new RefusedError(`\`drop\` refused: ${at.name} ${describeProtection(protection)}.`, {
        suggestions: [
          `Unprotect first: smoltrace leaderboard unprotect --namespace ${at.namespace}`,
          'Or omit `drop`: emptying references is allowed.',
        ],
      })
  }

  const tree = await hub.listFiles(at.name, at.sha)
  const files: Board['files'] = []
  const rows: LeaderboardRow[] = []
  await readBoardFiles(hub, at, tree, (file) => {
    files.push({...file, rows: file.rows.length})
    for (const row of file.rows) rows.push(row)
  })
  return {
    at,
    tree,
    files,
    rows: rows.length,
    unlisted: unlistedRows(rows, inventory),
  }
}

/** The same rows, but for those of which a dataset is there by now. */
function stillUnlisted(orphans: readonly OrphanedRow[], inventory: Inventory): OrphanedRow[] {
  const found = unlistedRows(
    orphans.map(({data}) => data),
    inventory,
  )
  return found.flatMap(({row}) => orphans[row - 1] ?? [])
}

/** The files that change, the card among them where it says how many rows or bytes there are. */
async function prunedFiles(
  {hub}: Session,
  {at: {name, sha}, tree, files}: Board,
  orphans: readonly OrphanedRow[],
  drop: boolean,
): Promise<Upload['files']> {
  if (orphans.length === 0) return []
  const written: Upload['files'] = []
  const changed: ChangedFile[] = []
  let start = 0
  for (const {path, bytes, rows} of files) {
    const indices = orphans.map(({row}) => row - 1 - start)
    const own = new Set(indices.filter((index) => index >= 0 && index < rows))
    start += rows
    if (own.size === 0) {
      changed.push({path, size: bytes.length, rows, shrunkBy: 0})
      continue
    }

    const file = await rewriteParquet(path, bytes, {rows: own, drop})
    written.push({path, content: new Blob([file.bytes])})
    changed.push({...file, path, size: file.bytes.length})
  }

  if (tree.some(({path}) => path === 'dataset_infos.json'))
    throw new RefusedError(`${name} has a dataset_infos.json, which would no longer fit its files.`, {
      suggestions: ['Remove that file: newer versions of `datasets` do not use it.'],
    })
  const readme = tree.find(({path}) => path === 'README.md')
  const card = readme && (await hub.readWhole(name, sha, readme)).toString('utf8')
  const fitted = card && (await import('../account/protection/splits.js')).fitSplits(card, changed)
  return fitted === card || !fitted ? written : [...written, {path: 'README.md', content: new Blob([fitted])}]
}

/** Of the rows of now those that were confirmed, by all that is known of them: another row may name the same datasets. */
function sameRows(rows: readonly OrphanedRow[], confirmed: readonly OrphanedRow[]): OrphanedRow[] {
  const known = new Set(confirmed.map(({data}) => JSON.stringify(data)))
  return rows.filter(({data}) => known.has(JSON.stringify(data)))
}

/** @returns the folder @throws RefusedError where it cannot be archived as a whole */
async function archiveBoard(
  board: LeaderboardDataset,
  session: Session,
  options: Pick<PruneOptions, 'dataDir' | 'signal'>,
): Promise<string> {
  const [{archiveDatasets}, {statNoFollow}] = await Promise.all([
    import('../archive/archive.js'),
    import('../archive/disk.js'),
  ])
  const first = leaderboardArchive(dataDirOf(options), session.now)
  let dir = first
  // A folder that is there holds another state of it.
  for (let count = 2; await statNoFollow(dir).catch(() => {}); count++) dir = `${first}-${count}`
  const how = {session, dir, concurrency: DEFAULT_CONCURRENCY, signal: options.signal}
  const result = (await archiveDatasets([board], how)).get(board.name)
  if (result?.status === 'archived') return dir
  throw new RefusedError(
    `${board.name} was not changed, because it could not be archived: ${result?.reason.replace(/\.$/, '')}.`,
  )
}

/** @throws RefusedError where what is not listed may only be hidden */
function requireAllVisible(access: Access): void {
  const why = whyHidden(access)
  if (why === undefined) return
  throw new RefusedError(
    `Rows are pruned by what is gone, and some of ${access.namespace} may just be hidden from this token: ${why}.`,
    {suggestions: ['Use a token that can see everything.']},
  )
}
