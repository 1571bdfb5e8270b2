import {formatTimestamp, leaderboardName} from '../../base/names.js'
import {DAY, HOUR, MINUTE} from '../../base/time.js'
import {ORG, READ_ONLY_ORG, USER} from '../accounts.js'
import {sha1} from '../objects.js'
import {type DatasetSpec, type Files, type HubState, type Repo} from '../state.js'
import {Random} from './data.js'
import {DATA_FILE, FRONT_MATTER, leaderboardFiles, runFiles} from './files.js'
import {datasetId, type Fate, type SeededRun, seededRun} from './run.js'

const MONTHS_BACK = 90 * DAY
/** Untraced runs are incomplete to a program that counts datasets; young ones would look like uploads. */
const YOUNGEST_UNTRACED = 2 * DAY
const UPLOADING_FOR = 4 * MINUTE
/** At this hour of the day, in UTC, the newest run was named: a name holds all day, whatever shows it first. */
const NAMED_AT = 9 * HOUR
const ORG_RUNS = 3
/** Minutes ahead of UTC: some machines are in India, some in California. */
const ZONES: Record<number, number> = {4: 330, 6: -420}

/**
 * Fills the Hub with an account after three months of evaluations.
 * All dates are relative to `now`; one day, in UTC, gives the same names, and one moment the same ids and shas.
 * @returns a private dataset of the newest complete run, if there is one
 */
export function seedAccount(state: HubState, now: Date, runs: number): Repo | undefined {
  addOthers(state, now)
  const own = planRuns(USER, now, runs)
  const shared = planRuns(ORG, now, ORG_RUNS)
  for (const run of [...own, ...shared]) addRun(state, run)
  addLeaderboard(state, USER, now, own)
  addLeaderboard(state, ORG, now, shared)
  const newest = own.find(({datasets}) => datasets.length === 3)
  return newest && state.get(datasetId(newest, 'results'))
}

/** The moment that names of the day are made from. A machine's clock may be ahead of UTC, so it may come later in the day. */
function namingTime(now: Date): number {
  return Math.floor(now.getTime() / DAY) * DAY + NAMED_AT
}

/** The runs of a namespace, newest first. What one sandbox shows can be copied into a command that runs in another, all day. */
function planRuns(namespace: string, now: Date, count: number): SeededRun[] {
  const taken = new Set<string>()
  return Array.from({length: count}, (_, index) => {
    const age = ageOf(namespace, index, count)
    const fate = namespace === USER ? fateOf(index, count, age) : 'complete'
    const namedFor = namingTime(now) - Math.round(age / 1000) * 1000
    const latest = now.getTime() - (fate === 'uploading' ? UPLOADING_FOR : HOUR + index * 1000)
    const pushedAt = new Date(fate === 'uploading' ? latest : Math.min(namedFor, latest))
    const generation = index < count / 2 ? 'newer' : 'older'
    const zone = ZONES[index % 9] ?? 0
    return seededRun(namespace, pushedAt, {fate, zone, generation, namedFor: new Date(namedFor)}, taken)
  })
}

/** More runs lately than long ago, at no regular hours. */
function ageOf(namespace: string, index: number, count: number): number {
  const jitter = new Random(`${namespace} ${index} of ${count}`).decimal(-0.3, 0.3, 6)
  const place = (index + jitter) / Math.max(1, count - 1)
  return HOUR + MONTHS_BACK * Math.max(0, place) ** 1.6
}

/** One run is being uploaded right now, one was killed in the middle long ago, some were never traced. */
function fateOf(index: number, count: number, age: number): Fate {
  if (count < 3) return 'complete'
  if (index === 0) return 'uploading'
  if (index === Math.max(1, Math.floor(count * 0.6))) return 'killed'
  return index % 5 === 3 && age > YOUNGEST_UNTRACED ? 'untraced' : 'complete'
}

function addRun(state: HubState, run: SeededRun): void {
  for (const {type, createdAt, lastModified} of run.datasets) {
    const id = datasetId(run, type)
    const head = {
      oid: sha1(id, run.runId, 'card'),
      title: 'Add SMOLTRACE dataset card',
      date: lastModified,
      // Made each time: a listing of thousands shows something of the files, and must not keep them.
      get files(): Files {
        return runFiles(run, type)
      },
    }
    state.add({id, createdAt, private: true, downloads: new Random(id).whole(0, 30)}, head)
  }
}

function addLeaderboard(state: HubState, namespace: string, now: Date, runs: SeededRun[]): void {
  const id = leaderboardName(namespace)
  const finished = runs.filter(({fate}) => fate === 'complete' || fate === 'untraced')
  const yesterday = new Date(now.getTime() - DAY)
  const first = finished.at(-1)?.datasets.at(-1)?.lastModified ?? yesterday
  const last = finished[0]?.datasets.at(-1)?.lastModified ?? yesterday
  const createdAt = new Date(first.getTime() + MINUTE)
  const date = new Date(last.getTime() + 2 * MINUTE)
  const files = leaderboardFiles(namespace, rowsOf(namespace, now, finished))
  const head = {oid: sha1(id, date.toISOString()), title: 'Update leaderboard card', date, files}
  state.add({id, createdAt, downloads: 61}, head)
}

/** Oldest first, as rows are only ever appended; here and there a run failed before it had anything to push. */
function rowsOf(namespace: string, now: Date, finished: SeededRun[]): SeededRun[] {
  if (namespace !== USER || finished.length < 2) return finished.toReversed()
  const pushedAt = new Date(namingTime(now) - 9 * DAY)
  const details = {fate: 'failed', zone: 0, generation: 'newer', namedFor: pushedAt} as const
  const failed = seededRun(namespace, pushedAt, details, new Set())
  return [...finished, failed].toSorted((one, other) => one.pushedAt.getTime() - other.pushedAt.getTime())
}

/** Puts on the Hub what no cleanup may ever touch: standard datasets, nearly right names, and unrelated ones. */
function addOthers(state: HubState, now: Date): void {
  const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY)
  const stamp = (days: number): string => formatTimestamp(new Date(namingTime(now) - days * DAY))
  const add = (name: string, days: number, details: Partial<DatasetSpec> = {}): void => {
    const card = `${FRONT_MATTER}\n# ${name.split('/')[1]}\n`
    state.addDataset({name, createdAt: daysAgo(days), card, ...details})
  }

  for (const name of ['smoltrace-benchmark-v1', 'smoltrace-tasks'])
    add(`${USER}/${name}`, 110.7, {
      lastModified: daysAgo(96.2),
      files: {[DATA_FILE]: `The tasks of ${name}.\n`},
    })

  for (const [name, days] of [
    [`smoltrace-results-${now.getUTCFullYear()}0231_120000`, 52.4],
    [`smoltrace-results-${stamp(37.31)}-copy`, 37.2],
    [`smoltrace-resultsx-${stamp(44.67)}`, 44.6],
    [`Smoltrace-traces-${stamp(29.18)}`, 29.1],
    [`my-smoltrace-metrics-${stamp(61.83)}`, 61.8],
    ['smoltrace-leaderboard-backup', 20.5],
  ] as const)
    add(`${USER}/${name}`, days, {private: true})

  const card = '---\nlicense: cc-by-4.0\n---\n\n# Notes from the balcony\n'
  add(`${USER}/balcony-herbs`, 200, {card})
  add(`${ORG}/tool-call-samples`, 150, {card})
  add(`${READ_ONLY_ORG}/agent-chores`, 300, {card})
  add(`${READ_ONLY_ORG}/draft-scores`, 12, {card, private: true})
  add('jonas/private-notes', 33, {card, private: true})
}
