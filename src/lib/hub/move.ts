import {RefusedError} from '../base/errors.js'
import {parseRunDatasetName, parseTrashName} from '../base/names.js'
import {safe} from '../base/text.js'
import {type Transport} from './transport.js'

const JSON_BODY = {'content-type': 'application/json'}

/**
 * Renames a run's dataset to one of its names in the trash, or back (the Hub's contract, section 8); the signal does not end it. What
 * is at the new name is for the caller to check. @returns the Hub's id of the request, where it has one
 * @throws RefusedError, with nothing sent, where the two are not a run's name and a trash name of the same dataset
 */
export async function moveDataset(
  {endpoint, send}: Transport,
  from: string,
  to: string,
  namespace: string,
): Promise<string | undefined> {
  if (!isTrashing(from, to, namespace) && !isTrashing(to, from, namespace))
    throw new RefusedError(`${from} cannot be renamed to ${to}: that is not a move to the trash or back.`)
  const response = await send(`${endpoint}/api/repos/move`, {
    method: 'POST',
    headers: JSON_BODY,
    body: JSON.stringify({fromRepo: from, toRepo: to, type: 'dataset'}),
  })
  const id = response.headers.get('x-request-id')
  return id === null ? undefined : safe(id)
}

function isTrashing(from: string, to: string, namespace: string): boolean {
  const run = parseRunDatasetName(from, namespace)
  const trashed = parseTrashName(to, namespace)
  return run !== undefined && run.type === trashed?.type && run.timestamp === trashed.timestamp
}

/**
 * Hides a run's dataset, in the trash or out of it, from everybody who is not of its namespace; the signal does not end it. Whether
 * it is private then is for the caller to ask. @throws RefusedError, with nothing sent, for any other name
 */
export async function makePrivate(
  {endpoint, send}: Transport,
  name: string,
  namespace: string,
): Promise<void> {
  if (!parseRunDatasetName(name, namespace) && !parseTrashName(name, namespace))
    throw new RefusedError(`${name} is not a dataset of a run of ${namespace}, so it was not made private.`)
  await send(`${endpoint}/api/datasets/${name}/settings`, {
    method: 'PUT',
    headers: JSON_BODY,
    body: JSON.stringify({private: true}),
    redirect: 'manual',
    isUrgent: true,
  })
}
