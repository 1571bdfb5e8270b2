import {join} from 'node:path'

/** Where the parts of one dataset's archive are. */
export interface Place {
  /** The folder of the namespace, in which the others are. */
  folder: string
  /** The files, as in the dataset. */
  home: string
  /** The same while they are fetched. */
  staging: string
  manifest: string
}

/**
 * Where a dataset's archive is.
 * @param folder of its namespace
 * @param name `namespace/name`, which the caller has checked
 */
export function placeOf(folder: string, name: string): Place {
  const own = name.slice(name.indexOf('/') + 1)
  return {
    folder,
    home: join(folder, own),
    staging: join(folder, `.${own}.partial`),
    manifest: join(folder, `${own}.json`),
  }
}
