import {appendFile, realpath, stat} from 'node:fs/promises'
import {basename, dirname, join, resolve} from 'node:path'

import {UsageError} from '../lib/base/errors.js'
import {messageOf, printable} from '../lib/base/text.js'

/**
 * Checks that a summary can be appended to a file, before anything is sent to the Hub; creates the file.
 * @param files what else the command reads or writes, by flag: none of it may be overwritten
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
  // Opening a pipe without a reader would block.
  if (found && !found.isFile()) throw wrong('it is not a plain file, give another name')
  for (const [flag, other] of Object.entries(files)) {
    if (other !== undefined && (await placeOf(other)) === (await placeOf(file)))
      throw wrong(`it is the file of --${flag}, give another name`)
  }

  await appendFile(file, '').catch((error: unknown) => {
    throw wrong(`it cannot be written to (${messageOf(error)})`)
  })
}

/** The file itself, with links resolved; of one that does not exist yet, by its folder. */
async function placeOf(file: string): Promise<string> {
  const path = resolve(file)
  return realpath(path).catch(async () =>
    join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path)),
  )
}

/** Appends a summary to a file. */
export async function addToSummaryFile(file: string, text: string): Promise<void> {
  const isEmpty = await stat(file).then(
    ({size}) => size === 0,
    () => true,
  )
  await appendFile(file, isEmpty ? text : `\n\n${text}`)
}
