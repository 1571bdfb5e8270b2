import {keyOfFlag, KEYS, type PolicyKey} from './keys.js'
import {POLICY_SCHEMA} from './schema.js'

/** What a policy must not be able to do, and how it is done instead. */
const LEFT_OUT = new Map([
  ['all', 'no policy takes in every run at once: that needs "cleanup --all" and its confirmation'],
  [
    'delete-leaderboard',
    'the leaderboard never goes by a policy: use "cleanup --delete-leaderboard" when it has to',
  ],
  ['preserve-leaderboard', 'the leaderboard never goes by a policy: leave the line out'],
  ['run', 'a policy names no single runs: use "cleanup --run"'],
])

/** How a cleanup is carried out is decided by whoever starts it, not by the file. */
const ON_THE_COMMAND_LINE: ReadonlySet<string> = new Set([
  'apply',
  'archive',
  'concurrency',
  'dry-run',
  'exit-code',
  'interactive',
  'json',
  'max-delete',
  'namespace',
  'no-dry-run',
  'no-journal',
  'plan',
  'sizes',
  'token',
  'yes',
])

/**
 * What to do about a key that is not known.
 * @param key as it stands in the file: `keep.weeks`
 */
export function adviceOn(key: string): string {
  const [part = '', ...rest] = key.split('.')
  const isInside = rest.length > 0
  const name = toKebab(isInside ? rest.join('.') : part)
  const leftOut = LEFT_OUT.get(name)
  if (leftOut) return leftOut
  if (ON_THE_COMMAND_LINE.has(name)) return `it belongs on the command line, as --${name}`
  const meant = keyMeantBy(name)
  if (meant) return `there is no such key here: ${name} is written as ${meant}`
  const known = isInside ? (POLICY_SCHEMA.properties?.[part]?.properties ?? {}) : POLICY_SCHEMA.properties
  return `there is no such key: give ${Object.keys(known ?? {}).join(', ')}`
}

/** Finds the key behind the name of a flag, another way of writing it, or one that stands in the wrong part. */
function keyMeantBy(name: string): PolicyKey | undefined {
  return keyOfFlag(`--${name}`) ?? Object.values(KEYS).find((key) => key.split('.').at(-1) === name)
}

function toKebab(name: string): string {
  return name
    .replace(/^--/, '')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase()
}
