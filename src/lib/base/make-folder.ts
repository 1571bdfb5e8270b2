import {mkdir, stat} from 'node:fs/promises'
import {dirname} from 'node:path'

/**
 * Makes a folder, and those above it that are not there. Node's own `recursive` never ends where the system says ENOENT of a
 * new folder although the one above it is there, as below `/proc` or where a disk is mounted on demand.
 * @returns the outermost folder that was made; undefined where all were there
 * @throws the system's errors
 */
export async function makeFolder(path: string, mode = 0o777): Promise<string | undefined> {
  try {
    await mkdir(path, {mode})
    return path
  } catch (error) {
    const above = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path)
      return requireFolder(path, error)
    const first = await makeFolder(above, mode)
    await mkdir(path, {mode}).catch((error_: unknown) => requireFolder(path, error_))
    return first ?? path
  }
}

/** Whoever else made it meanwhile, it is there. */
async function requireFolder(path: string, error: unknown): Promise<undefined> {
  const found = await stat(path).catch(() => {})
  if (!found?.isDirectory()) throw error
}
