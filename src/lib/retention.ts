import {cutoffOf, formatDuration} from './duration.js'
import {UsageError} from './errors.js'
import {type Evidence, isUnfinished} from './evidence.js'
import {describePin, livePin, type Protection} from './protection.js'
import {choosesRuns, keepersOf, selectorsOf} from './rule-names.js'
import {readRules, type RetentionOptions, type RetentionRules} from './rules.js'
import {isInFuture, isOlderThan, mayBeUploading, newestFirst, requireRuns, type Run} from './runs.js'
import {atOnce, mapping, type Steps} from './slices.js'

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
  'picked',
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

/** What is known of runs beside their datasets. */
export interface Knowledge {
  /** Pinned runs are kept by every rule. */
  protection: Protection
  /** What the leaderboard says; `unknown` where it was not, or could not be, read: then no run counts as unfinished. */
  evidence: Evidence | 'unknown'
}

/**
 * Decides about every run. Candidates are the runs that every selector selects, or all of them where there is a keeper
 * but no selector; then guards and keepers save.
 * @param runs in any order
 * @returns one decision per run, in the same order
 * @throws UsageError where the age's cutoff lies in the future
 */
export function decide(runs: Run[], rules: RetentionRules, now: Date, known: Knowledge): Decision[] {
  return atOnce(deciding(runs, rules, now, known))
}

/** The steps of `decide`. */
export function* deciding(
  runs: Run[],
  rules: RetentionRules,
  now: Date,
  known: Knowledge,
): Steps<Decision[]> {
  const facts = {
    cutoff: rules.olderThan && cutoffOf(rules.olderThan, now),
    evidence: known.evidence,
    named: new Set(rules.runs),
  }
  const recent = recentRuns(runs, rules, now, known)
  return yield* mapping(runs, (run): Decision => {
    const saved = [...guardsFor(run, rules, now, known), ...keepersFor(run, rules, recent)]
    const {selected, refused} = selectorsFor(run, rules, facts)
    const goes = saved.length === 0 && refused.length === 0
    return {run, action: goes ? 'delete' : 'keep', reasons: goes ? selected : [...saved, ...refused]}
  })
}

/** @returns the reasons of the selectors that select the run, and of those that do not. */
function selectorsFor(
  run: Run,
  rules: RetentionRules,
  {cutoff, evidence, named}: Pick<Knowledge, 'evidence'> & {cutoff: Date | undefined; named: Set<string>},
): {selected: Reason[]; refused: Reason[]} {
  const selected: Reason[] = []
  const refused: Reason[] = []
  const ask = (rule: Reason['rule'], holds: boolean, yes: string, no: string) =>
    holds ? selected.push({rule, text: yes}) : refused.push({rule, text: no})

  if (!choosesRuns(rules)) refused.push({rule: 'run', text: 'no selector names runs'})
  if (rules.all) selected.push({rule: 'all', text: 'all runs'})
  if (named.size > 0) ask('run', named.has(run.timestamp), 'named by --run', 'not named by --run')
  if (rules.incompleteOnly) {
    const saved = finishedReason(run, rules, evidence)
    if (saved) refused.push(saved)
    else ask('incomplete-only', !run.complete, brokenText(run, rules), 'complete')
  }

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

function brokenText({missing}: Run, {ignoreLeaderboard}: RetentionRules): string {
  return `no ${missing.join(', no ')}${ignoreLeaderboard ? '' : '; not listed as finished'}`
}

/**
 * Why an incomplete run is none that broke off: an evaluation without tracing rightly has no traces, and `--only` takes
 * datasets of finished runs away.
 */
function finishedReason(
  run: Run,
  {ignoreLeaderboard}: RetentionRules,
  evidence: Knowledge['evidence'],
): Reason | undefined {
  if (run.complete || ignoreLeaderboard || isUnfinished(run, evidence)) return undefined
  if (evidence === 'unknown') return {rule: 'finished', text: 'whether it finished is unknown'}
  return evidence.get(run.timestamp) === 'finished'
    ? {rule: 'finished', text: 'finished, listed on the leaderboard'}
    : {rule: 'finished', text: 'its row on the leaderboard has a status that is not known'}
}

function everyRun({keepRecent, only}: RetentionRules): Reason {
  return keepRecent === undefined
    ? {rule: 'only', text: `the ${only.join(', ')} of every run`}
    : {rule: 'keep-recent', text: `not among the ${keepRecent} most recent`}
}

/** Guards are always on and make nothing a candidate. */
function guardsFor(run: Run, rules: RetentionRules, now: Date, {protection}: Knowledge): Reason[] {
  const reasons: Reason[] = []
  const pin = livePin(protection, run.timestamp, now)
  if (pin) reasons.push({rule: 'pinned', text: describePin(pin)})
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
 * The runs that `--keep-recent` saves, with their place from 1. Complete and incomplete ones count. One in its grace
 * period or dated in the future does not: an upload under way must not push out the last good run. Neither does a pinned
 * one, which stays anyway.
 */
function recentRuns(
  runs: Run[],
  {keepRecent, graceMs}: RetentionRules,
  now: Date,
  {protection}: Knowledge,
): Map<Run, number> {
  if (keepRecent === undefined) return new Map()
  const counted = runs
    .toSorted(newestFirst)
    .filter(
      (run) =>
        !mayBeUploading(run, now, graceMs) &&
        !isInFuture(run, now) &&
        !livePin(protection, run.timestamp, now),
    )
  return new Map(counted.slice(0, keepRecent).map((run, index) => [run, index + 1]))
}

/** The verdicts on a list of runs. */
export interface FilteredRuns {
  delete: Decision[]
  keep: Decision[]
}

export interface FilterOptions extends RetentionOptions {
  /** The clock that ages are measured with; the inventory's, or the machine's by default. */
  now?: Date | undefined
  /** What is pinned; default: nothing. */
  protection?: Protection | undefined
  /** What the leaderboard says, as `evidenceOf` reads it from its rows. Without, `incompleteOnly` selects no run. */
  evidence?: Evidence | undefined
}

/**
 * Says which runs may go and which stay, and why.
 * @param runs as `groupDatasetsByRun` returns them
 * @param options selectors, keepers and the grace period; at least one selector or keeper
 * @throws UsageError where the options make no sense
 * @throws RefusedError where `run` names a run that is not there
 */
export function filterRuns(runs: Run[], options: FilterOptions): FilteredRuns {
  const {now = new Date(), protection = {}, evidence = 'unknown'} = options
  const rules = readRules(options)
  if (Number.isNaN(now.getTime())) throw new UsageError('`now` is no valid date.')
  requireRuns(rules.runs, runs, '--run ')
  const decisions = decide(runs, rules, now, {protection, evidence})
  return {
    delete: decisions.filter(({action}) => action === 'delete'),
    keep: decisions.filter(({action}) => action === 'keep'),
  }
}
