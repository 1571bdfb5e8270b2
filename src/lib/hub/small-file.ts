import {RefusedError} from '../base/errors.js'
import {type Hub} from './client.js'

/**
 * Reads a small text file of a dataset at one commit. Its content is certain with the hash that the tree of that commit lists, and
 * its absence where the tree does not list it and its address answers so, too.
 * @param name full name of the dataset
 * @returns undefined where the dataset certainly has no such file
 * @throws SmoltraceError where it cannot be read for certain
 */
export async function readSmallFile(
  hub: Hub,
  name: string,
  commit: string,
  path: string,
): Promise<string | undefined> {
  const files = await hub.listFiles(name, commit)
  const file = files.find((each) => each.path === path)
  if (file) return (await hub.readWhole(name, commit, file)).toString('utf8')
  if ((await hub.readText({name, revision: commit, path})) === undefined) return undefined
  throw new RefusedError(`${path} of ${name} is there, though the Hub does not list it.`)
}
