import {type Age, cutoffOf, formatDuration, parseAge, parseGrace} from './duration.js'
import {RefusedError, UsageError} from './errors.js'
import {isRunType, parseTimestamp, RUN_TYPES, type RunType} from './naming.js'
import {isInFuture, isOlderThan, mayBeUploading, newestFirst, type Run} from './runs.js'

/** How long an incomplete run may still be uploading, by default. */
export const DEFAULT_GRACE = '6h'

/** What may go and what must stay, as the flags of `cleanup` say it. */
export interface RetentionOptions {
  /** Selector: `30d`, `12h`, `1w3d`, `2026-01-31`, … */
  olderThan?: string | undefined
  /** Selector: runs that lack at least one of results, traces, metrics. */
  incompleteOnly?: boolean | undefined
  /** Does not ask the leaderboard whether an incomplete run finished. */
  ignoreLeaderboard?: boolean | undefined
  /** Selector: timestamps of single runs. */
  run?: string[] | undefined
  /** Selector: every run. Goes with no other selector and no keeper. */
  all?: boolean | undefined
  /** Keeper: the N newest runs, whatever selects them. */
  keepRecent?: number | undefined
  /** Guard: how long an incomplete run may still be uploading; default `6h`, `0` turns it off. */
  grace?: string | undefined
  /** Scope: only these types of the chosen runs. Without selector and keeper: these types of every run. */
  only?: RunType[] | undefined
  /** Scope: the leaderboard as well. */
  deleteLeaderboard?: boolean | undefined
}

/** The options, checked and read. */
export interface RetentionRules {
  olderThan: Age | undefined
  incompleteOnly: boolean
  ignoreLeaderboard: boolean
  runs: string[]
  all: boolean
  keepRecent: number | undefined
  graceMs: number
  /** In the order results, traces, metrics. */
  only: RunType[]
  deleteLeaderboard: boolean
}

/** The rules that can make a run go or stay, by the names that programs see. */
export const REASON_RULES = [
  'all',
  'finished',
  'future',
  'grace',
  'incomplete-only',
  'keep-recent',
  'older-than',
  'only',
  'pinned',
  'run',
] as const
export type ReasonRule = (typeof REASON_RULES)[number]

/** Why a run goes or stays. `rule` is stable for programs, `text` is for people. */
export interface Reason {
  rule: ReasonRule
  text: string
}

/** The verdict on one run. */
export interface Decision {
  run: Run
  action: 'delete' | 'keep'
  reasons: Reason[]
}

const SELECTORS = '--older-than, --incomplete-only, --run or --all'
const KEEPERS = '--keep-recent'

/**
 * Checks and reads the options.
 * @throws UsageError where a value is bad, two of them clash, or none says what may go
 */
export function readRules(options: RetentionOptions): RetentionRules {
  checkValues(options)
  const rules: RetentionRules = {
    olderThan: options.olderThan === undefined ? undefined : parseAge(String(options.olderThan)),
    incompleteOnly: options.incompleteOnly ?? false,
    ignoreLeaderboard: options.ignoreLeaderboard ?? false,
    runs: [...new Set(options.run)],
    all: options.all ?? false,
    keepRecent: options.keepRecent,
    graceMs: parseGrace(String(options.grace ?? DEFAULT_GRACE)),
    only: RUN_TYPES.filter((type) => options.only?.includes(type)),
    deleteLeaderboard: options.deleteLeaderboard ?? false,
  }
  checkCombination(rules)
  return rules
}

function checkValues({keepRecent, run = [], only = []}: RetentionOptions): void {
  if (!Array.isArray(run) || !Array.isArray(only)) throw new UsageError('`run` and `only` take arrays.')
  if (keepRecent !== undefined && !(Number.isSafeInteger(keepRecent) && keepRecent > 0)) {
    throw new UsageError('--keep-recent takes a whole number from 1 up.')
  }

  for (const timestamp of run) {
    if (!parseTimestamp(timestamp)) {
      throw new UsageError(
        `--run "${timestamp}" is no run's timestamp: give one as \`runs group\` shows it, such as 20260131_235959.`,
      )
    }
  }

  for (const type of only) {
    if (!isRunType(type))
      throw new UsageError(`--only "${String(type)}" is no type: give ${RUN_TYPES.join(', ')}.`)
  }
}

function checkCombination(rules: RetentionRules): void {
  const {all, only, deleteLeaderboard} = rules
  const others = [...selectorsOf(rules).filter((name) => name !== '--all'), ...keepersOf(rules)]
  if (all && others.length > 0) {
    throw new UsageError(
      `--all goes with no other selector and no keeper: drop ${others.join(' and ')}, or drop --all.`,
    )
  }

  if (!all && others.length === 0 && only.length === 0 && !deleteLeaderboard) {
    throw new UsageError(
      `Say what may go: a selector (${SELECTORS}), a keeper (${KEEPERS}), --only or --delete-leaderboard.`,
    )
  }
}

function selectorsOf({olderThan, incompleteOnly, runs, all}: RetentionRules): string[] {
  return [
    ...(olderThan ? ['--older-than'] : []),
    ...(incompleteOnly ? ['--incomplete-only'] : []),
    ...(runs.length > 0 ? ['--run'] : []),
    ...(all ? ['--all'] : []),
  ]
}

function keepersOf({keepRecent}: RetentionRules): string[] {
  return keepRecent === undefined ? [] : ['--keep-recent']
}

/** Whether nothing but `--only` says what may go: that type of every run, which needs the phrase of `--all`. */
export function isEveryRunByScope(rules: RetentionRules): boolean {
  return rules.only.length > 0 && selectorsOf(rules).length === 0 && keepersOf(rules).length === 0
}

/** Whether the rules choose runs at all; `--delete-leaderboard` alone does not. */
export function choosesRuns(rules: RetentionRules): boolean {
  return rules.only.length > 0 || selectorsOf(rules).length > 0 || keepersOf(rules).length > 0
}

/**
 * Decides about every run. Candidates are the runs that every selector selects, or all of them where there is a keeper
 * but no selector; then guards and keepers save.
 * @param runs in any order
 * @returns one decision per run, in the same order
 * @throws UsageError where the age's cutoff lies in the future
 */
export function decide(runs: Run[], rules: RetentionRules, now: Date): Decision[] {
  const cutoff = rules.olderThan && cutoffOf(rules.olderThan, now)
  const recent = recentRuns(runs, rules, now)
  return runs.map((run) => {
    const saved = [...guardsFor(run, rules, now), ...keepersFor(run, rules, recent)]
    const {selected, refused} = selectorsFor(run, rules, cutoff)
    const goes = saved.length === 0 && refused.length === 0
    return {run, action: goes ? 'delete' : 'keep', reasons: goes ? selected : [...saved, ...refused]}
  })
}

/** @returns the reasons of the selectors that select the run, and of those that do not. */
function selectorsFor(
  run: Run,
  rules: RetentionRules,
  cutoff: Date | undefined,
): {selected: Reason[]; refused: Reason[]} {
  const selected: Reason[] = []
  const refused: Reason[] = []
  const ask = (rule: Reason['rule'], holds: boolean, yes: string, no: string) =>
    holds ? selected.push({rule, text: yes}) : refused.push({rule, text: no})

  if (!choosesRuns(rules)) refused.push({rule: 'run', text: 'no selector names runs'})
  if (rules.all) selected.push({rule: 'all', text: 'all runs'})
  if (rules.runs.length > 0)
    ask('run', rules.runs.includes(run.timestamp), 'named by --run', 'not named by --run')
  if (rules.incompleteOnly)
    ask('incomplete-only', !run.complete, `no ${run.missing.join(', no ')}`, 'complete')
  if (rules.olderThan && cutoff) {
    const young =
      run.time < cutoff
        ? 'its dates disagree, and the newest is after the cutoff'
        : `not older than ${rules.olderThan.text}`
    ask('older-than', isOlderThan(run, cutoff), `older than ${rules.olderThan.text}`, young)
  }

  if (selected.length === 0 && refused.length === 0) selected.push(everyRun(rules))
  return {selected, refused}
}

function everyRun({keepRecent, only}: RetentionRules): Reason {
  return keepRecent === undefined
    ? {rule: 'only', text: `the ${only.join(', ')} of every run`}
    : {rule: 'keep-recent', text: `not among the ${keepRecent} most recent`}
}

/** Guards are always on and make nothing a candidate. */
function guardsFor(run: Run, rules: RetentionRules, now: Date): Reason[] {
  const reasons: Reason[] = []
  if (mayBeUploading(run, now, rules.graceMs)) {
    const ago = formatDuration(Math.max(0, now.getTime() - run.newestChange.getTime()))
    reasons.push({rule: 'grace', text: `may still be uploading: changed ${ago} ago`})
  }

  if (isInFuture(run, now) && !goesWhateverItsDate(rules)) {
    reasons.push({rule: 'future', text: 'dated in the future'})
  }

  return reasons
}

/** A run from the future has no age and no rank: another selector or a keeper beside its name leaves it in doubt. */
function goesWhateverItsDate(rules: RetentionRules): boolean {
  const rest = [...selectorsOf(rules), ...keepersOf(rules)].filter((name) => name !== '--run')
  return rules.all || (rules.runs.length > 0 && rest.length === 0)
}

function keepersFor(run: Run, {keepRecent}: RetentionRules, recent: Map<Run, number>): Reason[] {
  const place = recent.get(run)
  return place === undefined ? [] : [{rule: 'keep-recent', text: `most recent ${place} of ${keepRecent}`}]
}

/**
 * The runs that `--keep-recent` saves, with their place from 1. Complete and incomplete ones count; one in its grace period or dated in the
 * future does not: an upload under way must not push out the last good run.
 */
function recentRuns(runs: Run[], {keepRecent, graceMs}: RetentionRules, now: Date): Map<Run, number> {
  if (keepRecent === undefined) return new Map()
  const counted = runs
    .toSorted(newestFirst)
    .filter((run) => !mayBeUploading(run, now, graceMs) && !isInFuture(run, now))
  return new Map(counted.slice(0, keepRecent).map((run, index) => [run, index + 1]))
}

/**
 * Refuses a `--run` that names no run there is.
 * @throws RefusedError
 */
export function requireKnownRuns(runs: Run[], rules: RetentionRules): void {
  const known = new Set(runs.map(({timestamp}) => timestamp))
  const unknown = rules.runs.filter((timestamp) => !known.has(timestamp))
  if (unknown.length === 0) return
  const [run] = runs
  throw new RefusedError(`--run ${unknown.join(', ')}: there is no such run.`, {
    suggestions: run
      ? [`See which there are: {bin} runs group --namespace ${run.namespace}`]
      : ['There are no runs at all.'],
  })
}

/** The verdicts on a list of runs. */
export interface FilteredRuns {
  delete: Decision[]
  keep: Decision[]
}

/**
 * Says which runs may go and which stay, and why.
 * @param runs as `groupDatasetsByRun` returns them
 * @param options selectors, keepers and the grace period; at least one selector or keeper
 * @param options.now the clock that ages are measured with; the inventory's, or the machine's by default
 * @throws UsageError where the options make no sense
 * @throws RefusedError where `run` names a run that is not there
 */
export function filterRuns(
  runs: Run[],
  {now = new Date(), ...options}: RetentionOptions & {now?: Date},
): FilteredRuns {
  const rules = readRules(options)
  if (Number.isNaN(now.getTime())) throw new UsageError('`now` is no valid date.')
  requireKnownRuns(runs, rules)
  const decisions = decide(runs, rules, now)
  return {
    delete: decisions.filter(({action}) => action === 'delete'),
    keep: decisions.filter(({action}) => action === 'keep'),
  }
}
