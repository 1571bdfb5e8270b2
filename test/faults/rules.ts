import {type FaultName, FAULTS} from '../support/faults.js'
import {isActedUpon} from '../support/sandbox.js'

/**
 * What hangs on a request: before the first DELETE everything (`plan`), or one dataset's copy (`copy`; `content` is checked
 * against hashes); then what is left (`look`) or one dataset (`deletion`); in a restore one dataset (`part`). Or nothing but
 * a word to the reader (`note`).
 */
export type Stake = 'change' | 'content' | 'copy' | 'deletion' | 'look' | 'note' | 'part' | 'plan'
export type Often = 'always' | 'once'

/** The network, or a gateway that is busy: worth another try. */
const PASSING: ReadonlySet<FaultName> = new Set([
  '429 from the edge',
  '500',
  '502 with a page',
  '502 with a page, though the Hub acted',
  'a body that stalls',
  'cut in a chunked body',
  'cut in a counted body',
  'no answer',
  'no answer, though the Hub acted',
  'reset after the Hub acted',
  'reset before the Hub acted',
])
/** Not the Hub's words: nobody knows what was done, nor what there is. */
const FOREIGN: ReadonlySet<FaultName> = new Set([
  '200 with nothing',
  '200 with nothing, though the Hub acted',
  '202 with OK',
  'a page with 200',
  'broken JSON',
  'other bytes',
])
/** What is no answer to anything but a DELETE or a move. */
const TO_DELETES: ReadonlySet<FaultName> = new Set([
  '200 with nothing',
  '200 with nothing, though the Hub acted',
  '202 with OK',
  'OK, and nothing is done',
])
const REFUSED: ReadonlySet<FaultName> = new Set(['401', '403'])

/** What is answered with a redirect, whose body nobody waits for. */
const REDIRECTED: ReadonlySet<string> = new Set(['file', 'protection'])
/** Asked of the file store, which knows no token; an address that has expired is asked for anew once. */
const STORED = 'file, bytes'
/** Sent with something to do or to decide: after a foreign answer the next look tells the truth, and it is sent again. */
const SENT = /^(DELETE|move$|create$|preupload$|batch$|commit$)/
/** After these it can be seen that the Hub acted, whatever it answered. */
const VISIBLE = /^(DELETE|move$|create$|commit$|upload$)/

export interface Cell {
  stake: Stake
  /** What is asked for, without the stage. */
  what: string
  fault: FaultName
  often: Often
}

/** The exit code that a run ends with in which one request, or every one of a kind, has this fault. */
export function expectedCode(cell: Cell): number {
  return isOvercome(cell) ? 0 : codeOf(cell)
}

function isOvercome({stake, what, fault, often}: Cell): boolean {
  // Waiting for the quota is no failure, but has an end. So is waiting for whoami, which has a limit of its own.
  const isWaitedFor =
    fault === '429, the window is used up' ||
    (fault === '429, a limit of this action' && what.endsWith('whoami'))
  if (isWaitedFor) return often === 'once'
  // It is believed until the end, where it is too late to send it again.
  if (fault === 'OK, and nothing is done') return false
  if (REDIRECTED.has(what) && fault === 'a body that stalls') return true
  // A store is believed when it says 200; the commit that names what it has not is refused.
  if (what === 'upload' && FOREIGN.has(fault)) return false
  if (what === STORED && fault === '403' && often === 'once') return true
  if (often === 'always') return VISIBLE.test(what) && isActedUpon(FAULTS[fault]) && !REFUSED.has(fault)
  return PASSING.has(fault) || (FOREIGN.has(fault) && (SENT.test(what) || stake === 'content'))
}

/** Whether there is a second time that a request may fail: what ends the job at once can do so only once. */
export function isAskedAgain({stake, what, fault}: Cell): boolean {
  const isFinal = ['change', 'look', 'note', 'plan'].includes(stake)
  return !isFinal || SENT.test(what) || PASSING.has(fault) || fault === '429, the window is used up'
}

function codeOf({stake, what, fault, often}: Cell): number {
  const isOfHub = what !== STORED && what !== 'upload'
  switch (stake) {
    case 'plan':
    case 'change': {
      return REFUSED.has(fault) && isOfHub ? 4 : 1
    }

    case 'copy':
    case 'content': {
      // A token that is rejected from now on is so in the next listing, before anything is deleted.
      return fault === '401' && often === 'always' ? 4 : 3
    }

    case 'note': {
      return 0
    }

    case 'deletion':
    case 'look':
    case 'part': {
      return 3
    }
  }
}

/** Of faults that mean the same to whoever meets them again and again, one. */
const OF_EACH_FAMILY: ReadonlySet<FaultName> = new Set([
  '401',
  '403',
  '429, a limit of this action',
  '429, the window is used up',
  '500',
  'broken JSON',
  'no answer',
  'reset after the Hub acted',
  'reset before the Hub acted',
])

/**
 * Whether a cell belongs to the everyday tests; the others differ from one of these only in what is met first. A request
 * is repeated where an earlier scenario, or stage, asks for the same.
 */
export function isEveryday({what, fault, often}: Cell, isRepeated: boolean): boolean {
  // The transport judges an answer alike at every stage; what is sent, and what is held against a hash, is judged by whoever asked.
  const isJudgedAlike = isRepeated && !CHANGING.test(what) && !HASHED.test(what)
  return OF_EACH_FAMILY.has(fault) || (often === 'once' && !isJudgedAlike)
}

/** What changes something, or leads to a change: all that is not a GET. */
const CHANGING = /^(DELETE|move$|settings$|create$|preupload$|batch$|upload$|commit$)/

/** Bodies that are read in another way than most, or whose end matters. */
const LONG_OR_FINAL = /^(DELETE|move$|commit$|create$|file|inventory$|listing$|upload$)/

/** What is checked against the hash that the tree lists. */
const HASHED = /, (bytes|content)$/

/** The faults that are not, for requests that ask for this, one and the same with another one. */
export function faultsFor(what: string): FaultName[] {
  const names = Object.keys(FAULTS) as FaultName[]
  return names.filter((name) => {
    if (TO_DELETES.has(name)) return /^(DELETE|move$)/.test(what)
    if (name.endsWith('though the Hub acted')) return VISIBLE.test(what)
    // Whether a question was read before the connection broke, nobody can see.
    if (name === 'reset after the Hub acted') return CHANGING.test(what)
    if (name === 'other bytes') return HASHED.test(what)
    if (name === 'cut in a chunked body' || name === 'a body that stalls') return LONG_OR_FINAL.test(what)
    return true
  })
}
