import type {HubState} from './state.js'

import {notFound, Refusal} from './answers.js'
import {textOf} from './call.js'
import {type StoredFile, storedFile} from './objects.js'

export type Change = [path: string, file: StoredFile | null]
type Value = Record<string, unknown>

/** A file whose content is in the request itself. */
export function fileChange(value: Value): Change {
  const content = Buffer.from(textOf(value, 'content'), value.encoding === 'base64' ? 'base64' : 'utf8')
  return [pathOf(value), storedFile(content, false)]
}

/** A file whose content was uploaded before; a pointer to nothing is refused. */
export function lfsChange(value: Value, state: HubState): Change {
  const path = pathOf(value)
  const content = state.uploads.get(textOf(value, 'oid'))
  if (!content || content.length !== value.size)
    throw new Refusal(
      400,
      `Your push was rejected because an LFS pointer pointed to a file that does not exist: ${path}`,
    )
  return [path, storedFile(content, true)]
}

/** A file that goes. */
export function deletedFile(value: Value, files: ReadonlyMap<string, StoredFile>): Change {
  const path = pathOf(value)
  if (!files.has(path)) throw notFound('EntryNotFound', `A file with the name "${path}" does not exist`)
  return [path, null]
}

/** A folder that goes with all that is in it. */
export function deletedFolder(value: Value, files: ReadonlyMap<string, StoredFile>): Change[] {
  const folder = `${pathOf(value).replace(/\/$/, '')}/`
  return [...files.keys()].filter((path) => path.startsWith(folder)).map((path) => [path, null])
}

function pathOf(value: Value): string {
  const path = textOf(value, 'path')
  const parts = path.replace(/\/$/, '').split('/')
  if (
    parts.some((part) => part === '' || part === '.' || part === '..' || part === '.git') ||
    path.includes('\0')
  )
    throw new Refusal(422, `Invalid path: ${path}`)
  return path
}
