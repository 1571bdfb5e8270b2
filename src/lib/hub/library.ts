import {type Send, type Transport} from './transport.js'

/** What is used of the library, imported with the first request: `--help` and a usage error need none of it. */
export {commit, createRepo, datasetInfo, deleteRepo, listDatasets, listFiles, whoAmI} from '@huggingface/hub'

/** Options of each of its functions. Its `fetch` is our transport, which adds the token. */
export function libraryOptions({endpoint}: Transport, send: Send) {
  return {hubUrl: endpoint, accessToken: '', fetch: asFetch(send)}
}

/** The library uses nothing else of a `Response` than a HubResponse has. */
function asFetch(send: Send): typeof fetch {
  const fetchLike = (url: string | URL, {method, headers = {}, body}: RequestInit = {}) =>
    send(String(url), {
      method,
      headers: Symbol.iterator in headers ? Object.fromEntries(headers) : (headers as Record<string, string>),
      body: body as Blob | string | undefined,
    })
  return fetchLike as unknown as typeof fetch
}

export function repo(name: string): {type: 'dataset'; name: string} {
  return {type: 'dataset', name}
}
