import {
  type Inventory,
  type LeaderboardDataset,
  type RunDataset,
  type TrashedDataset,
} from '../../src/lib/account/datasets.js'
import {type RowIndex} from '../../src/lib/account/leaderboard/index.js'
import {type Standing} from '../../src/lib/account/leaderboard/values.js'
import {type Protection} from '../../src/lib/account/protection/pins.js'
import {groupDatasetsByRun, type Run, runsOf} from '../../src/lib/account/runs.js'
import {
  formatTimestamp,
  parseTimestamp,
  RUN_TYPES,
  runDatasetName,
  type RunType,
  trashNameOf,
} from '../../src/lib/base/names.js'
import {DAY, MINUTE} from '../../src/lib/base/time.js'
import {type Hub} from '../../src/lib/hub/client.js'
import {HubError} from '../../src/lib/hub/errors.js'
import {type ListedDataset} from '../../src/lib/hub/listing.js'
import {type Session} from '../../src/lib/hub/session.js'
import {makePlan, type Plan} from '../../src/lib/plan/plan.js'
import {type RetentionContext} from '../../src/lib/retention/context.js'
import {decide} from '../../src/lib/retention/decide.js'
import {readRules} from '../../src/lib/retention/read-rules.js'
import {type RetentionOptions} from '../../src/lib/retention/rules.js'
import {type Style, styleFor} from '../../src/lib/views/terminal/style.js'

/** The moment at which the tests of rules take place. */
export const NOW = new Date('2026-10-05T12:00:00.000Z')
export const NAMESPACE = 'kim'
export const ENDPOINT = 'http://127.0.0.1:9'
export const TOKEN = 'hf_notAToken0123456789'

/** The moment this long before NOW. */
export function ago(ms: number): Date {
  return new Date(NOW.getTime() - ms)
}

/** The moment this long after another. */
export function later(date: Date, ms: number): Date {
  return new Date(date.getTime() + ms)
}

let ids = 0

/** An id such as the Hub gives, never the same one twice. */
export function freshId(): string {
  return (++ids).toString(16).padStart(24, '0')
}

/** One dataset as a listing shows it. */
export function listed(name: string, facts: Facts = {}): ListedDataset {
  const createdAt = facts.createdAt ?? ago(10 * DAY)
  return {
    name,
    namespace: name.slice(0, name.indexOf('/')),
    id: freshId(),
    sha: freshId().padStart(40, 'a'),
    createdAt,
    lastModified: createdAt,
    private: true,
    ...facts,
  }
}

/** What a dataset's builder may be given beyond its name. */
type Facts = Partial<ListedDataset>

/** One of a run's datasets; created half an hour after the time in its name, unless the facts say otherwise. */
export function runDataset(type: RunType, timestamp: string, facts: Facts = {}): RunDataset {
  const namespace = facts.namespace ?? NAMESPACE
  const named = parseTimestamp(timestamp) ?? NOW
  const name = runDatasetName(namespace, type, timestamp)
  return {...listed(name, {createdAt: later(named, 30 * MINUTE), ...facts}), name, namespace, type, timestamp}
}

/** The datasets of one run, by default all three. */
export function runDatasets(
  when: Date | string,
  types: readonly RunType[] = RUN_TYPES,
  facts: Facts = {},
): RunDataset[] {
  const timestamp = typeof when === 'string' ? when : formatTimestamp(when)
  return types.map((type) => runDataset(type, timestamp, facts))
}

/** One run, grouped. */
export function runOf(when: Date | string, types: readonly RunType[] = RUN_TYPES, facts: Facts = {}): Run {
  const [run] = groupDatasetsByRun(runDatasets(when, types, facts))
  if (!run) throw new Error('A run has at least one dataset.')
  return run
}

/** A dataset as it is in the trash, with all that it had. */
export function trashed(
  {namespace, type, timestamp, ...facts}: RunDataset,
  trashedOn = '20261001',
): TrashedDataset {
  const name = trashNameOf(namespace, trashedOn, type, timestamp)
  return {...facts, name, namespace, type, timestamp, trashedOn}
}

/** The leaderboard. */
export function leaderboardDataset(facts: Facts = {}): LeaderboardDataset {
  const name = `${NAMESPACE}/smoltrace-leaderboard`
  return {...listed(name, facts), type: 'leaderboard'}
}

/** What a listing found. */
export function inventoryOf(datasets: RunDataset[], facts: Partial<Inventory> = {}): Inventory {
  return {
    endpoint: ENDPOINT,
    namespace: NAMESPACE,
    now: NOW,
    datasets,
    trash: [],
    leaderboard: undefined,
    standard: [],
    nearMisses: [],
    pages: 1,
    warnings: [],
    ...facts,
  }
}

/** The plan that `cleanup` would make of an inventory. */
export function planOf(
  inventory: Inventory,
  options: RetentionOptions,
  protection: Protection | 'unknown' = {},
  said: Partial<RetentionContext> = {},
): Plan {
  const rules = readRules(options)
  const runs = runsOf(inventory)
  const known = {...NOTHING_KNOWN, ...said, protection: protection === 'unknown' ? {} : protection}
  return makePlan(inventory, decide(runs, rules, inventory.now, known), rules, protection)
}

/** What a leaderboard says of runs, without its rows. */
export function standings(...said: ReadonlyArray<readonly [run: string, standing: Standing]>): RowIndex {
  return new Map(said.map(([run, standing]) => [run, {exact: [], all: [], standing}]))
}

/** Nothing is pinned, and no row says anything. */
export const NOTHING_KNOWN: RetentionContext = {protection: {}, rows: new Map()}

/** Names of the datasets that a plan's runs lose, in the plan's order. */
export function namesIn(plan: Plan): string[] {
  return plan.delete.flatMap(({datasets}) => datasets.map(({name}) => name))
}

/** An answer of the Hub that says no. */
export function refusal(status: number, answer: Partial<HubError['answer']> = {}): HubError {
  return new HubError({method: 'DELETE', path: '/api/repos/delete', status, text: 'no', ...answer})
}

/** The answer for a dataset that is not there, or not the token's to see. */
export function missing(): HubError {
  return refusal(404, {code: 'RepoNotFound', text: 'Repository not found'})
}

/** What whoami answers for a token of the owner. */
export const tokenOf = (role: string, name = NAMESPACE) => ({name, auth: {accessToken: {role}}})

/** A Hub that answers these calls alone. */
export function hubOf(calls: Partial<Hub>): Hub {
  return {endpoint: ENDPOINT, announce() {}, ...calls} as Hub
}

/** Whose the token is, and where it may write. */
export const ACCESS = {user: NAMESPACE, access: {namespace: NAMESPACE}, namespaces: [NAMESPACE]}

/** A session of the owner. */
export function sessionOf(hub: Hub): Session {
  return {
    hub,
    ...ACCESS,
    now: NOW,
    hubTime: NOW,
    skewMs: 0,
    isTimeCertain: true,
    clock: () => NOW,
    warnings: [],
  }
}

/** What a promise rejects with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
    throw new Error(`Rejected with something that is no error: ${String(error)}`)
  }

  throw new Error('Nothing was rejected.')
}

/** What a call throws. */
export function errorOf(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    if (error instanceof Error) return error
  }

  throw new Error('Nothing was thrown.')
}

/** What follows `smoltrace-results-` in names that are close to those of SMOLTRACE and none of them. */
const NEARLY_STAMPS = `
  20260101_000000-copy 20260231_120000 20251301_120000 20251399_256199 20260101_240000
  20260101_006000 20260101_000060 20260100_000000 20260001_000000 20250229_000000 20260101-000000
  20260101_00000 20260101_0000000 2026010_000000 20260101000000 20260101_000000/x ٢٠٢٦٠١٠١_٠٠٠٠٠٠
  00000101_000000
`
/** Other names of that kind. */
const NEARLY_NAMES = `
  copy-smoltrace-results-20260101_000000 smoltrace-resultsx-20260101_000000
  smoltrace-result-20260101_000000 smoltrace-Results-20260101_000000
  Smoltrace-results-20260101_000000 SMOLTRACE-RESULTS-20260101_000000
  smoltrace_results_20260101_000000 smoltrace-results smoltrace-leaderboard-20260101_000000
  smoltrace-leaderboard-copy smoltrace-leaderboards smoltrace-Leaderboard smoltrace-benchmark-v1
  smoltrace-benchmark-20260101_000000 smoltrace-tasks smoltrace-tasks-20260101_000000
  smoltrace-traces-20260101_000000.bak smoltrace-00000101_000000
  smoltrace-trash-20260231-results-20260101_000000 smoltrace-trash-20260101-results-20260231_000000
  smoltrace-trash-20260101-results-20260101_000000-copy smoltrace-trash-20260101-leaderboard
  smoltrace-trash-results-20260101_000000 smoltrace-trash-2026010-results-20260101_000000
  smoltrace-Trash-20260101-results-20260101_000000 smoltrace-trash
`

/** Names that are close to those of SMOLTRACE and none of them. */
export const NEAR_MISSES: readonly string[] = [
  ...wordsIn(NEARLY_STAMPS).map((stamp) => `smoltrace-results-${stamp}`),
  ...wordsIn(NEARLY_NAMES),
  'smoltrace-results-',
  'smoltrace-results-20260101_000000 ',
  ' smoltrace-results-20260101_000000',
  'smoltrace-results-20260101_000000\n',
  'smoltrace-leaderboard\n',
  '',
]

/** A stream like stderr that only remembers what was written to it. */
export function streamOf(facts: {isTTY?: boolean; columns?: number; rows?: number; colours?: boolean} = {}) {
  const stream = {
    isTTY: false,
    ...facts,
    text: '',
    hasColors: () => facts.colours === true,
    write(chunk: string) {
      stream.text += chunk
      return true
    },
  }
  return stream as unknown as NodeJS.WriteStream & {text: string}
}

/** No colours at all. */
export const PLAIN: Style = styleFor(streamOf())

function wordsIn(text: string): string[] {
  return text.trim().split(/\s+/)
}
