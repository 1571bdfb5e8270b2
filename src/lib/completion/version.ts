import {readFileSync} from 'node:fs'
import {join} from 'node:path'

/** Of a configuration of oclif's, what says where the files are and of which version they must be. */
interface Place {
  cacheDir: string
  version: string
}

/** The folder of what the shells read. */
export function completionFolder({cacheDir}: Pick<Place, 'cacheDir'>): string {
  return join(cacheDir, 'autocomplete')
}

/** Whether the files are there, and those of another version. Takes a few microseconds, since every command asks. */
export function areCompletionsOld(place: Place): boolean {
  try {
    return readFileSync(join(completionFolder(place), 'version'), 'utf8') !== place.version
  } catch {
    return false
  }
}
