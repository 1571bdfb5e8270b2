import {join} from 'node:path'

/**
 * The folder of what the shells read.
 * @param cacheDir of the program, as oclif finds it
 */
export function completionFolder(cacheDir: string): string {
  return join(cacheDir, 'autocomplete')
}
