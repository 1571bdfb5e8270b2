import {open, realpath, stat} from 'node:fs/promises'
import {basename, dirname, join, resolve} from 'node:path'

import {UsageError} from '../lib/base/errors.js'
import {messageOf, printable} from '../lib/base/text.js'

/**
 * Makes sure that a summary can be added to a file, before anything is sent to the Hub; makes the file where there is none.
 * @param files what else the command reads or writes, by the flag that names it: none of it may be spoiled
 * @throws UsageError where the file cannot take it
 */
export async function checkSummaryFile(
  file: string,
  files: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const wrong = (why: string) => new UsageError(`--summary ${printable(file)}: ${why}.`)
  if (file === '') throw new UsageError('--summary "" names no file.')
  const found = await stat(file).catch(() => {})
  if (found?.isDirectory()) throw wrong('it is a folder, give the name of a file in it')
  // A pipe that nobody reads would never open.
  if (found && !found.isFile()) throw wrong('it is no plain file, give another name')
  for (const [flag, other] of Object.entries(files)) {
    if (other !== undefined && (await placeOf(other)) === (await placeOf(file)))
      throw wrong(`it is the file of --${flag}, give another name`)
  }

  try {
    const handle = await open(file, 'a')
    await handle.close()
  } catch (error) {
    throw wrong(`it cannot be written to (${messageOf(error)})`)
  }
}

/** The file itself, whatever links lead to it; of one that is still to be made, by its folder. */
async function placeOf(file: string): Promise<string> {
  const path = resolve(file)
  return realpath(path).catch(async () =>
    join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path)),
  )
}

/** Adds a summary to a file, behind what is there. */
export async function addToSummaryFile(file: string, text: string): Promise<void> {
  const handle = await open(file, 'a')
  try {
    const {size} = await handle.stat()
    if (size > 0) await handle.writeFile('\n\n')
    await handle.writeFile(text)
  } finally {
    await handle.close()
  }
}
