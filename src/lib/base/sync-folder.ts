import {constants, open} from 'node:fs/promises'

/**
 * Makes sure that what a folder lists stays so when the power fails: a new file survives it only with its folder. Windows
 * cannot open a folder, and needs no such step.
 */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
