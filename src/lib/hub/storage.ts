import {HubError} from './errors.js'
import {entriesOf, withoutRepeats} from './listing.js'
import {type Ask} from './transport.js'

/** Whose inventory is asked for: the token's owner's, or that of an organisation. */
export interface Account {
  namespace: string
  isOrganisation: boolean
}

/** One dataset in the inventory of an account. */
export interface StoredDataset {
  /** `namespace/name`. */
  name: string
  /** What its whole history takes up; undefined where the Hub does not say that in whole bytes. */
  bytes: number | undefined
}

/** As many as the library asks for of a listing. */
const PAGE = 500

/**
 * Reads the inventory of an account (the Hub's contract, section 2.5).
 * @returns what is described as a dataset, in the order of the Hub; one may be there twice
 * @throws HubError 401, 403 or 404 where the token may not read it
 */
export async function askStorage(
  request: Ask,
  endpoint: string,
  {namespace, isOrganisation}: Account,
): Promise<StoredDataset[]> {
  const place = isOrganisation ? `organizations/${encodeURIComponent(namespace)}/settings` : 'settings'
  const url = `${endpoint}/api/${place}/repositories?type=dataset`
  try {
    return await readAll(request, endpoint, `${url}&limit=${PAGE}`)
  } catch (error) {
    // How long a page may be is not documented.
    if (error instanceof HubError && error.status === 400) return readAll(request, endpoint, url)
    throw error
  }
}

async function readAll(request: Ask, endpoint: string, url: string): Promise<StoredDataset[]> {
  const stored: StoredDataset[] = []
  const entries = entriesOf(request, endpoint, url)
  for await (const entry of withoutRepeats(entries, (each) => fieldsOf(each).id)) {
    const {id, type, storage} = fieldsOf(entry)
    if (typeof id === 'string' && type === 'dataset') stored.push({name: id, bytes: wholeBytes(storage)})
  }

  return stored
}

function fieldsOf(entry: unknown): Record<string, unknown> {
  return ((typeof entry === 'object' ? entry : undefined) as Record<string, unknown>) ?? {}
}

function wholeBytes(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}
