import {type Fault} from './sandbox.js'

/** What goes wrong, and how: all of it but when. */
export type NamedFault = Omit<Fault, 'before' | 'match' | 'skip' | 'times'>

const PAGE = '<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body>Not the Hub.</body></html>'
const HTML = {'Content-Type': 'text/html; charset=utf-8'}
const LEFT = {RateLimit: '"api";r=970;t=250', 'RateLimit-Policy': '"fixed window";"api";q=1000;w=300'}
/** That of whoami is waited for all the same: as short as `withoutPauses` takes a pause to be. */
const LEFT_BRIEFLY = {...LEFT, RateLimit: '"api";r=970;t=5'}
const USED_UP = {RateLimit: '"api";r=0;t=0', 'RateLimit-Policy': '"fixed window";"api";q=1000;w=300'}

/** The words with which the Hub says that waiting is of no use. */
export const LIMIT = 'You have exceeded the rate limit for this action (300 per day).'

/** The same bytes, but for one bit of the one at this place. */
export function withBitFlipped(body: Buffer, at: number): Buffer {
  const bytes = Buffer.from(body)
  const [byte, bit] = [bytes.readUInt8(at), 2 ** (at % 8)]
  const isSet = Math.floor(byte / bit) % 2 === 1
  bytes.writeUInt8(isSet ? byte - bit : byte + bit, at)
  return bytes
}

/** What may happen to a request, by name. The three shapes of 429 are those of the Hub's contract, section 9. */
export const FAULTS = {
  '500': {respond: {status: 500, headers: LEFT, body: '{"error":"Internal Error"}'}},
  '502 with a page': {respond: {status: 502, headers: HTML, body: PAGE}},
  '502 with a page, though the Hub acted': {respond: {status: 502, headers: HTML, body: PAGE}, acts: true},
  '429, the window is used up': {
    respond: {status: 429, headers: USED_UP, body: 'We had to rate limit you, you hit the quota.'},
  },
  '429, a limit of this action': {
    respond: {status: 429, headers: LEFT_BRIEFLY, body: JSON.stringify({error: LIMIT})},
  },
  '429 from the edge': {respond: {status: 429, headers: HTML, body: PAGE}},
  'reset before the Hub acted': {reset: 'before'},
  'reset after the Hub acted': {reset: 'after'},
  'no answer': {hold: 'before'},
  'no answer, though the Hub acted': {hold: 'after'},
  'cut in a counted body': {breakOff: 'counted'},
  'cut in a chunked body': {breakOff: 'chunked'},
  'a body that stalls': {breakOff: 'stalled'},
  'broken JSON': {
    respond: {status: 200, headers: {...LEFT, 'Content-Type': 'application/json'}, body: '[{"id":"mi'},
  },
  'a page with 200': {respond: {status: 200, headers: HTML, body: PAGE}},
  'other bytes': {alter: (body) => withBitFlipped(body, Math.floor(body.length / 2))},
  '200 with nothing': {respond: {status: 200, headers: LEFT, body: ''}},
  '200 with nothing, though the Hub acted': {respond: {status: 200, headers: LEFT, body: ''}, acts: true},
  '202 with OK': {respond: {status: 202, headers: LEFT, body: 'OK'}},
  'OK, and nothing is done': {respond: {status: 200, headers: LEFT, body: 'OK'}},
  '401': {
    respond: {status: 401, headers: LEFT, body: '{"error":"Invalid username or password."}'},
  },
  '403': {
    respond: {status: 403, headers: LEFT, body: '{"error":"You do not have the rights for this."}'},
  },
} as const satisfies Record<string, NamedFault>

export type FaultName = keyof typeof FAULTS
