import {discover, type Inventory} from '../../account/datasets.js'
import {type RowIndex} from '../../account/leaderboard/index.js'
import {readProtectionIfPossible} from '../../account/protection/file.js'
import {type Protection} from '../../account/protection/pins.js'
import {readSizesIfAsked, SIZES, type Sizes, type SizesOption} from '../../account/sizes.js'
import {type TrashedRun, trashedRunsOf} from '../../account/trash.js'
import {type OptionTable, readOptions} from '../../base/options.js'
import {CONNECTION, type ConnectionOptions, openSession} from '../../hub/session.js'
import {readRowsToShow} from '../../plan/build.js'

/** What is in the trash of a namespace. */
export interface TrashListing {
  inventory: Inventory
  /** Whose token it is. */
  user: string
  /** What was put there last first. */
  runs: TrashedRun[]
  protection: Protection | 'unknown'
  /** What the leaderboard says of them. */
  rows: RowIndex | 'unknown'
  sizes: Sizes | undefined
  warnings: string[]
}

export interface TrashListOptions extends ConnectionOptions, SizesOption {
  /** Reads the leaderboard, for models and scores. */
  withRows?: boolean | undefined
}

const LIST_OPTIONS: OptionTable<TrashListOptions> = {...CONNECTION, ...SIZES, withRows: 'boolean'}

/** Lists what is in the trash. Changes nothing. @throws as `discoverSmoltraceDatasets` */
export async function listTrash(options: TrashListOptions = {}): Promise<TrashListing> {
  const own = readOptions(options, LIST_OPTIONS)
  const session = await openSession(own)
  const {hub, warnings} = session
  const sizes = await readSizesIfAsked(session, own)
  const inventory = await discover(session, {isReadOnly: true})
  const runs = trashedRunsOf(inventory)
  const protection = await readProtectionIfPossible(hub, inventory, warnings)
  const rows = own.withRows && runs.length > 0 ? await readRowsToShow(session, inventory) : 'unknown'
  return {inventory, user: session.user, runs, protection, rows, sizes, warnings}
}
