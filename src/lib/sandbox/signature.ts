import {createHmac, timingSafeEqual} from 'node:crypto'

import type {Hub} from './call.js'

const LIFETIME_SECONDS = 3600
const KEY = 'sandbox'

/** A URL on the CDN that needs no token: whoever has it may use it for an hour. */
export function signedUrl(hub: Hub, path: string): string {
  const expires = Math.floor(hub.clock().getTime() / 1000) + LIFETIME_SECONDS
  const query = new URLSearchParams({
    Expires: String(expires),
    Signature: signature(path, expires),
    'Key-Pair-Id': 'SANDBOX',
  })
  return `${hub.cdnUrl}${path}?${query.toString()}`
}

/** Whether a URL was made by {@link signedUrl} and is still good. */
export function isSigned(path: string, query: URLSearchParams, now: Date): boolean {
  const expires = Number(query.get('Expires'))
  const given = Buffer.from(query.get('Signature') ?? '')
  const right = Buffer.from(signature(path, expires))
  return given.length === right.length && timingSafeEqual(given, right) && expires * 1000 > now.getTime()
}

function signature(path: string, expires: number): string {
  return createHmac('sha256', KEY).update(`${path}?${expires}`).digest('base64url')
}
