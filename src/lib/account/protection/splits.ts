import {basename, dirname} from 'node:path/posix'
import {isMap, isScalar, isSeq, type Node, type YAMLMap} from 'yaml'

import {sum} from '../../base/collections.js'
import {SHARD} from '../leaderboard/read.js'
import {CardError, parseFront, splice} from './card.js'

/** A Parquet file of the leaderboard after a change. */
export interface ChangedFile {
  path: string
  /** Bytes. */
  size: number
  rows: number
  /** By how many bytes its table in memory became smaller. */
  shrunkBy: number
}

/**
 * Makes what a card says of splits (`dataset_info`: rows, bytes) fit the files: `datasets` refuses to load others. It is spliced, as
 * `pinCard` does it: every other byte is kept. @throws CardError where it is not certain what it says
 */
export function fitSplits(card: string, files: readonly ChangedFile[]): string {
  // Whatever else is wrong with a card, it says nothing of splits without this key.
  if (!card.includes('dataset_info')) return card
  const front = parseFront(card)
  if (!front?.data.get('dataset_info')) return card
  const infos = valueIn(front.map, 'dataset_info')
  const info = isSeq(infos) && infos.items.length === 1 ? infos.items[0] : infos
  if (!isMap(info)) throw new CardError('its dataset_info describes several configurations')
  const edits: Array<{from: number; to: number; value: number}> = []
  const set = (map: YAMLMap, key: string, value: (old: number) => number) => {
    if (!map.has(key)) return 0
    const node = valueIn(map, key)
    if (!isScalar(node) || !Number.isSafeInteger(node.value) || !node.range)
      throw new CardError(`its dataset_info has a ${key} that is not a whole number`)
    const [from, to] = node.range
    const wanted = Math.max(0, Math.round(value(Number(node.value))))
    edits.push({from, to, value: wanted})
    return wanted
  }

  const splits = valueIn(info, 'splits') ?? undefined
  if (splits !== undefined && !isSeq(splits)) throw new CardError('its dataset_info has no list of splits')
  if (new Set(files.map(({path}) => dirname(path))).size > 1)
    throw new CardError('the files of its splits are in several folders')
  let bytes = 0
  for (const split of splits?.items ?? []) {
    if (!isMap(split)) throw new CardError('its dataset_info has a split that is not a mapping')
    const own = files.filter(({path}) => splitOf(path) === split.get('name'))
    set(split, 'num_examples', (old) => (own.length > 0 ? sum(own, ({rows}) => rows) : old))
    bytes += set(split, 'num_bytes', (old) => old - sum(own, ({shrunkBy}) => shrunkBy))
  }

  set(info, 'download_size', () => sum(files, ({size}) => size))
  set(info, 'dataset_size', (old) => (bytes > 0 ? bytes : old - sum(files, ({shrunkBy}) => shrunkBy)))
  let fitted = card
  // From the end, so that the places before stay what they are.
  for (const {from, to, value} of edits.toSorted((a, b) => b.from - a.from))
    fitted = splice(fitted, from, to, String(value))
  requireOnlyNumbers(card, fitted)
  return fitted
}

function valueIn(map: unknown, key: string): Node | null | undefined {
  return isMap(map) ? (map.get(key, true) as Node | null | undefined) : undefined
}

/** The name that `datasets` has for the split of a file. */
function splitOf(path: string): string {
  return basename(SHARD.exec(path)?.[1] ?? path.replace(/\.parquet$/i, ''))
}

const NUMBERS = new Set(['dataset_size', 'download_size', 'num_bytes', 'num_examples'])

/** @throws CardError where the result says something else than before, but for these numbers */
function requireOnlyNumbers(before: string, after: string): void {
  if (textWithoutNumbers(before) !== textWithoutNumbers(after))
    throw new CardError('its dataset_info has an unusual layout')
}

function textWithoutNumbers(card: string): string {
  return JSON.stringify(parseFront(card)?.data, (key, value: unknown) => {
    if (NUMBERS.has(key) && typeof value === 'number') return 0
    return value instanceof Map ? (Object.fromEntries(value) as unknown) : value
  })
}
