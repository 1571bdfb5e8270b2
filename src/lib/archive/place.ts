import {join} from 'node:path'

/** Where the parts of one dataset's archive are. */
export interface Place {
  /** The folder of the namespace, in which the others are. */
  folder: string
  /** The files, as in the dataset. */
  home: string
  /** The same while one holder of the lock fetches them: nobody else writes there. */
  staging: string
  manifest: string
}

/**
 * Where a dataset's archive is.
 * @param folder of its namespace
 * @param name `namespace/name`, which the caller has checked
 * @param holder whose staging folder it is: the lock's token; nobody's where nothing is fetched
 */
export function placeOf(folder: string, name: string, holder = ''): Place {
  const own = name.slice(name.indexOf('/') + 1)
  return {
    folder,
    home: join(folder, own),
    staging: join(folder, `.${own}.${holder}.partial`),
    manifest: join(folder, `${own}.json`),
  }
}

/** The dataset, without its namespace, whose staging folder has this name, of whatever holder; undefined for another name. */
export function stagedIn(entry: string): string | undefined {
  return /^\.(.+)\.[\da-f-]*\.partial$/.exec(entry)?.[1]
}
