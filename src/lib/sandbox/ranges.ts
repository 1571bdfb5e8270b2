import {type Answer, Refusal} from './answers.js'

/** Answers with bytes: all of them, the range that was asked for, or nothing where the caller has this `ETag` already. */
export function bytesAnswer(
  bytes: Buffer,
  headers: Record<string, string> & {ETag: string},
  asked: {range?: string | undefined; 'if-none-match'?: string | undefined},
): Answer {
  const all = {...headers, 'Accept-Ranges': 'bytes'}
  if (asked['if-none-match']?.split(/\s*,\s*/).includes(headers.ETag))
    return {status: 304, headers: all, body: Buffer.alloc(0)}
  const range = rangeOf(asked.range, bytes.length)
  if (!range) return {status: 200, headers: all, body: bytes}
  const [first, last] = range
  return {
    status: 206,
    headers: {...all, 'Content-Range': `bytes ${first}-${last}/${bytes.length}`},
    body: bytes.subarray(first, last + 1),
  }
}

/** The first and last byte asked for; undefined where the whole is meant, also for a header that says nothing clear. */
function rangeOf(header: string | undefined, size: number): [number, number] | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (first > last)
    throw new Refusal(416, 'The requested range cannot be satisfied', {
      headers: {'Content-Range': `bytes */${size}`},
    })
  return [first, last]
}
