import {type Config, type Hook} from '@oclif/core'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

/**
 * What oclif calls after each command: after an update the shell goes on with the words of the version before, until then. With
 * no module of ours, which would be a file more to read at each start; where nothing was written for a shell it costs one look.
 */
export const renewCompletions: Hook.Postrun = async ({config}) => {
  const written = writtenVersion(config.cacheDir)
  if (written === undefined || written === config.version) return
  const {writeCompletions} = await import('./files.js')
  // The command is what was asked for, and has succeeded.
  await writeCompletions(config as Config).catch(() => {})
}

/** The version that the files of the shells are of; undefined where there are none. */
function writtenVersion(cacheDir: string): string | undefined {
  try {
    return readFileSync(join(cacheDir, 'autocomplete', 'version'), 'utf8')
  } catch {
    return undefined
  }
}
