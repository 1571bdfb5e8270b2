/**
 * The tags of a dataset's card that pin its run. The Hub serves them with the listing, so they hold where the leaderboard, which
 * keeps the protection file, is renamed, moved, deleted or re-created.
 */

import {isDay} from './time.js'

/** Pins until it is removed. */
const PIN_TAG = 'smoltrace-pinned'
const UNTIL = /^smoltrace-pinned-until-(\d{4})(\d{2})(\d{2})$/

/** What may have been meant as a pin: another case, another separator or none, a day that does not exist. */
const LIKE_A_PIN = /^[\W_]*smol[\W_]*trace[\W_]*pin/i

const ASCII = /^[\u0020-\u007E]*$/

/** What one tag says. */
export interface PinTag {
  /** As the card has it: text from outside. */
  text: string
  /** The last day on which it holds, `YYYY-MM-DD` in UTC; without, it holds until it is removed. */
  until?: string
  /** Not in the exact form. It still pins, until it is removed. */
  isDoubtful: boolean
}

/** Whether a tag pins, or may have been meant to, also in full-width letters or with invisible characters. */
export function isPinTag(tag: string): boolean {
  const text = ASCII.test(tag) ? tag : tag.normalize('NFKC').replaceAll(/\p{Cf}/gu, '')
  return LIKE_A_PIN.test(text)
}

/** The tag of a pin. @param until the last day on which it holds, `YYYY-MM-DD` */
export function pinTagFor(until: string | undefined): string {
  return until === undefined ? PIN_TAG : `${PIN_TAG}-until-${until.replaceAll('-', '')}`
}

/** Reads a tag that `isPinTag` takes for a pin. */
export function readPinTag(text: string): PinTag {
  if (text === PIN_TAG) return {text, isDoubtful: false}
  const until = UNTIL.exec(text)?.slice(1).join('-')
  return isDay(until) ? {text, until, isDoubtful: false} : {text, isDoubtful: true}
}

/** Whether a tag pins at least as long as is wanted. */
export function coversUntil(tag: string, until: string | undefined): boolean {
  const {isDoubtful, until: end} = readPinTag(tag)
  return !isDoubtful && isAsLong(end, until)
}

/** Whether what holds until one day, or without an end, holds as long as until another. */
export function isAsLong(end: string | undefined, until: string | undefined): boolean {
  return end === undefined || (until !== undefined && end >= until)
}
