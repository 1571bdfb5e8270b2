import {type OptionTable} from '../base/options.js'
import {CONNECTION, type ConnectionOptions} from '../hub/session.js'
import {type RestoreOutcome} from './outcome.js'

/** What happens while datasets are restored. */
export type RestoreEvent =
  | {kind: 'checking'; name: string}
  | {kind: 'finished'; outcome: RestoreOutcome; done: number; of: number}
  | {kind: 'started'; name: string; of: number}

/** Which archives are brought back, and how. */
export interface RestoreOptions extends ConnectionOptions {
  /** Folder of archives. */
  dir: string
  /** Full names, names without the namespace, or timestamps of runs; none: everything in the folder. */
  names?: string[] | undefined
  /**
   * The namespace that the archives are of, where it is not the one that they come back to: of an account that was renamed, or of a
   * team. Names inside the files, such as those that rows and cards cite, stay as they are.
   */
  from?: string | undefined
  /** Default false: only says what would be done. */
  dryRun?: boolean | undefined
  /** Datasets that are checked, and looked for on the Hub, at a time, 1 to 32; default 4. Runs come back one after the other. */
  concurrency?: number | undefined
  /** What it throws is ignored. */
  onEvent?: ((event: RestoreEvent) => void) | undefined
}

export const RESTORE_OPTIONS: OptionTable<RestoreOptions> = {
  ...CONNECTION,
  dir: 'text',
  names: 'texts',
  from: 'text',
  dryRun: 'boolean',
  concurrency: 'number',
  onEvent: 'function',
}
