import {join} from 'node:path'

import {foldersOf} from '../base/files.js'
import {firstFew} from '../base/text.js'

/** Where the parts of one dataset's archive are. */
export interface ArchivePaths {
  /** Of the namespace; holds the others. */
  folder: string
  /** The files, as in the dataset. */
  final: string
  /** The same while one holder of the lock fetches them: no other process writes there. */
  staging: string
  manifest: string
}

/**
 * @param name `namespace/name`, which the caller has checked
 * @param holder the lock's token, where something is fetched
 */
export function archivePaths(folder: string, name: string, holder = ''): ArchivePaths {
  const own = name.slice(name.indexOf('/') + 1)
  return {
    folder,
    final: join(folder, own),
    staging: join(folder, `.${own}.${holder}.partial`),
    manifest: join(folder, `${own}.json`),
  }
}

/** The dataset, without its namespace, whose staging folder has this name; undefined for another name. */
export function stagedDataset(name: string): string | undefined {
  return /^\.(.+)\.[\da-f-]*\.partial$/.exec(name)?.[1]
}

/*
 * Which paths of a dataset may become files on this machine: anyone who can write to the dataset chooses them, and an archive must
 * stay within its folder, on every system, and hold what the dataset held.
 */

/** In bytes, the most that common file systems take for one name. */
const MAX_SEGMENT = 255

/** What a part of a path may not be, and why. */
const PROBLEMS: ReadonlyArray<readonly [pattern: RegExp, problem: string]> = [
  [/^$/, 'has an empty part'],
  [/^\.\.?$/, 'points outside its folder'],
  [/\p{Cc}/u, 'has a control character'],
  // No name on a disk can hold it.
  [/\p{Cs}/u, 'has an incomplete character'],
  [/\\/, 'has a backslash'],
  // Also by the short name that Windows gives it.
  [/^(?:\.git|git~\d+)$/i, "would be part of git's own folder"],
  [/[<>:"|?*]/, 'has a character that Windows does not allow'],
  [/[. ]$/, 'has a part that ends with a dot or a space'],
  // Whatever the extension and letter case.
  [/^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[\d¹²³])(?:\.|$)/i, 'has a reserved Windows device name'],
]

/** Why a path, as the Hub lists it, cannot be archived; undefined where it can. */
export function pathProblem(path: string): string | undefined {
  for (const segment of path.split('/')) {
    const [, problem] = PROBLEMS.find(([pattern]) => pattern.test(segment)) ?? []
    if (problem !== undefined) return problem
    if (Buffer.byteLength(segment) > MAX_SEGMENT) return `has a part longer than ${MAX_SEGMENT} bytes`
  }

  return undefined
}

/** Why these paths cannot be archived together: what is wrong with each, or which two are one; undefined where they can. */
export function pathsProblem(paths: readonly string[]): string | undefined {
  const problems = paths.flatMap((path) => {
    const problem = pathProblem(path)
    return problem === undefined ? [] : [`${JSON.stringify(path)} ${problem}`]
  })
  return problems.length > 0 ? joinFew(problems, '; ') : collision(paths)
}

/** Files that file managers leave in the folders they show. */
const LEFT_BY_FILE_MANAGERS = /^(?:\.ds_store|thumbs\.db|desktop\.ini|\._.*|@eadir)$/i

/** Whether a file manager left this, or the folder that it is in. A dataset may hold such a file too, and then it is archived. */
export function isLeftByFileManager(path: string): boolean {
  return path.split('/').some((segment) => LEFT_BY_FILE_MANAGERS.test(segment))
}

/** Paths as a person reads them in a sentence. */
export function quotePaths(paths: readonly string[]): string {
  return joinFew(paths.map((path) => JSON.stringify(path)))
}

const MAX_LISTED = 20

/** Lists the first few of many. */
export function joinFew(items: readonly string[], separator = ', '): string {
  return firstFew(items, MAX_LISTED).join(separator)
}

/** Paths that differ in letter case or in how accents are composed are the same file on many disks. */
function collision(paths: readonly string[]): string | undefined {
  const known = new Map<string, string>()
  for (const path of [...paths, ...new Set(paths.flatMap((each) => foldersOf(each)))]) {
    const other = known.get(foldCase(path))
    if (other !== undefined)
      return `${JSON.stringify(other)} and ${JSON.stringify(path)} may be the same file`
    known.set(foldCase(path), path)
  }

  return undefined
}

/** Upper case first, since some letters, such as ß, differ in lower case only. */
function foldCase(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}
