import {readFile, stat} from 'node:fs/promises'

import {SmoltraceError} from './errors.js'

const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/**
 * The bytes of a small file that a person named, without a byte order mark: some editors put one before the text.
 * @throws what `refuse` makes, where there is no such file, it is no plain one, is too large or cannot be read
 */
export async function readTextFile(
  file: string,
  largest: {bytes: number; text: string},
  refuse: (why: string) => SmoltraceError,
): Promise<Buffer> {
  try {
    const found = await stat(file)
    // A pipe that nobody writes to would never end.
    if (!found.isFile()) throw refuse('it is no plain file')
    if (found.size > largest.bytes) throw refuse(`it is larger than ${largest.text}`)
    const text = await readFile(file)
    if (isUtf16(text)) throw refuse('it is in UTF-16: save it as UTF-8')
    return text.indexOf(BYTE_ORDER_MARK) === 0 ? text.subarray(BYTE_ORDER_MARK.length) : text
  } catch (error) {
    if (error instanceof SmoltraceError) throw error
    const {code, message} = error as NodeJS.ErrnoException
    throw refuse(code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? message})`)
  }
}

/** PowerShell's `>` writes such files. In UTF-8 no text of ours has a null. */
function isUtf16(bytes: Buffer): boolean {
  const mark = bytes.toString('latin1', 0, 2)
  return mark === '\u00FF\u00FE' || mark === '\u00FE\u00FF' || bytes.subarray(0, 2).includes(0)
}
