import {isPlainWanted} from './style.js'

/** What bars are made of. Both can be told apart without colour. */
export interface BarMarks {
  full: string
  empty: string
}

const BLOCKS: BarMarks = {full: '█', empty: '·'}
const ASCII: BarMarks = {full: '#', empty: '.'}
/** Read out, a bar is noise; the number stands beside it. */
const NONE: BarMarks = {full: '', empty: ''}

/** The marks that a terminal can show: blocks, unless it says that it is dumb or that its letters are not UTF-8. */
export function marksFor(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): BarMarks {
  if (isPlainWanted(env)) return NONE
  if (env.TERM === 'dumb') return ASCII
  const letters = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  return platform === 'win32' || /utf-?8/i.test(letters) ? BLOCKS : ASCII
}

/**
 * A bar of a share. Only nothing at all is empty, and only all of it is full.
 * @param share 0 to 1; what lies beyond is shown as the nearest of these
 */
export function bar(share: number, length: number, {full, empty}: BarMarks): string {
  const inside = Math.min(Math.max(Math.round(share * length), 1), length - 1)
  const filled = share <= 0 ? 0 : share >= 1 ? length : inside
  return full.repeat(filled) + empty.repeat(length - filled)
}
