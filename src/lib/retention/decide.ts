import {indexRows} from '../account/leaderboard/index.js'
import {type LeaderboardRow} from '../account/leaderboard/row.js'
import {type Protection} from '../account/protection/pins.js'
import {requireRuns, type Run} from '../account/runs.js'
import {UsageError} from '../base/errors.js'
import {type OptionTable, readOptions} from '../base/options.js'
import {requireAnyRow, requireUsableRows, type RetentionContext} from './context.js'
import {guardsFor} from './guards.js'
import {applyKeepers, whyNeverBest, whyNotKept} from './keepers.js'
import {readRules, RETENTION} from './read-rules.js'
import {type Reason} from './reasons.js'
import {type RetentionOptions, type RetentionRules} from './rules.js'
import {evaluateSelectors, selectorsIn} from './selectors.js'

/** The verdict on one run. */
export interface Decision {
  run: Run
  action: 'delete' | 'keep'
  reasons: Reason[]
}

/**
 * Decides about every run. Candidates are the runs that every selector selects, or all of them where there is a keeper
 * but no selector; then guards and keepers save.
 * @param runs in any order
 * @returns one decision per run, in the same order
 * @throws UsageError where the age's cutoff lies in the future
 */
export function decide(runs: Run[], rules: RetentionRules, now: Date, known: RetentionContext): Decision[] {
  const selectors = selectorsIn(rules, now)
  const kept = applyKeepers(runs, rules, now, known)
  const isInDoubt = known.rows === 'unknown' && rules.needRows.length > 0
  return runs.map((run): Decision => {
    const saved = [...guardsFor(run, rules, now, known), ...(kept.get(run) ?? [])]
    if (isInDoubt) return {run, action: 'keep', reasons: [...saved, DOUBT]}
    const {selected, refused} = evaluateSelectors(selectors, run, known)
    if (saved.length > 0 || refused.length > 0) return {run, action: 'keep', reasons: [...saved, ...refused]}
    const why =
      selected.length > 0
        ? [...selected, ...whyNeverBest(run, rules, known)]
        : rules.everyRunByScope
          ? [{rule: 'only' as const, text: `the ${rules.only.join(', ')} of every run`}]
          : whyNotKept(run, rules, now, known)
    return {run, action: 'delete', reasons: why}
  })
}

/** Where rows are not known, it is not known what rules that need them would select or keep. */
const DOUBT: Reason = {rule: 'leaderboard', text: 'what the leaderboard says is unknown'}

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
  /**
   * The leaderboard's rows, as `readLeaderboardRows` reads them. Without, `incompleteOnly` selects no run, and rules that need
   * rows delete none.
   */
  rows?: readonly LeaderboardRow[] | undefined
}

const FILTER_OPTIONS: OptionTable<FilterOptions> = {
  ...RETENTION,
  now: 'date',
  protection: 'object',
  rows: 'array',
}

/**
 * Says which runs may be deleted and which stay, and why.
 * @param runs as `groupDatasetsByRun` returns them
 * @param options selectors, keepers and the grace period; at least one selector or keeper
 * @throws UsageError where the options make no sense, or the runs are of several namespaces
 * @throws RefusedError where `run` names a run that is not there, rows were lost, or none is of use to a rule
 *   that needs rows
 */
export function filterRuns(runs: Run[], options: FilterOptions): FilteredRuns {
  options = readOptions(options, FILTER_OPTIONS)
  const {now = new Date(), protection = {}, rows} = options
  const rules = readRules(options)
  requireRuns(rules.run, runs, 'run')
  // Rows and pins name runs by their timestamps, which two namespaces may share.
  if (new Set(runs.map((run) => run.namespace)).size > 1)
    throw new UsageError('The runs are of several namespaces: filter those of one namespace at a time.')
  const namespace = runs[0]?.namespace ?? ''
  const index = rows ? indexRows(rows, namespace) : 'unknown'
  if (rows && runs.length > 0) requireAnyRow(rules, rows.length)
  requireUsableRows(rules, runs, index, now)
  const decisions = decide(runs, rules, now, {protection, rows: index})
  return {
    delete: decisions.filter(({action}) => action === 'delete'),
    keep: decisions.filter(({action}) => action === 'keep'),
  }
}
