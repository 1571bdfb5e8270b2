import {indexRows} from '../account/leaderboard/index.js'
import {type LeaderboardRow} from '../account/leaderboard/row.js'
import {type Protection} from '../account/protection/pins.js'
import {requireRuns, type Run} from '../account/runs.js'
import {UsageError} from '../base/errors.js'
import {type OptionTable, readOptions} from '../base/options.js'
import {type Facts, requireAnyRow, requireUsableRows, type RetentionContext} from './context.js'
import {guardsFor} from './guards.js'
import {keepersOf, type Keeping, ROWS_UNKNOWN, whyNeverBest} from './keepers.js'
import {readRules, RETENTION} from './read-rules.js'
import {type Answer, type Reason} from './reasons.js'
import {type RetentionOptions, type RetentionRules} from './rules.js'
import {selectorsOf} from './selectors.js'

/** The verdict on one run. */
export interface Decision {
  run: Run
  action: 'delete' | 'keep'
  reasons: Reason[]
}

/** A decision, and what every rule answered. */
export interface Judgement extends Decision, Keeping {
  guards: Reason[]
  selectors: Answer[]
}

/**
 * Decides about every run. Candidates are the runs that every selector selects, or all of them where there is a keeper
 * but no selector; then guards and keepers save.
 * @returns one decision per run, in the same order
 * @throws UsageError where the age's cutoff lies in the future
 */
export function decide(runs: Run[], rules: RetentionRules, now: Date, known: RetentionContext): Judgement[] {
  const facts = {rules, now, ...known}
  const applySelectors = selectorsOf(facts)
  const applyKeepers = keepersOf(runs, facts)
  return runs.map((run) => {
    const answers = {guards: guardsFor(run, facts), selectors: applySelectors(run), ...applyKeepers(run)}
    return {run, ...answers, ...decisionBy(run, answers, facts)}
  })
}

function decisionBy(
  run: Run,
  {guards, selectors, keepers, doubts}: Omit<Judgement, keyof Decision>,
  facts: Facts,
): Omit<Decision, 'run'> {
  const {rules} = facts
  const saved = [...guards, ...reasonsOf(keepers, true), ...doubts]
  if (doubts.includes(ROWS_UNKNOWN)) return {action: 'keep', reasons: saved}
  const refused = rules.choosesRuns ? reasonsOf(selectors, false) : [NOT_CHOSEN]
  if (saved.length > 0 || refused.length > 0) return {action: 'keep', reasons: [...saved, ...refused]}
  if (selectors.length > 0)
    return {action: 'delete', reasons: [...reasonsOf(selectors, true), ...whyNeverBest(run, facts)]}
  const byScope: Reason = {rule: 'only', text: `the ${rules.only.join(', ')} of every run`}
  return {action: 'delete', reasons: rules.everyRunByScope ? [byScope] : reasonsOf(keepers, false)}
}

const NOT_CHOSEN: Reason = {rule: 'run', text: 'no rule selects it'}

function reasonsOf(answers: Answer[], holding: boolean): Reason[] {
  return answers.filter(({holds}) => holds === holding).map(({reason}) => reason)
}

/** The verdicts on a list of runs. */
export interface FilteredRuns {
  delete: Decision[]
  keep: Decision[]
}

export interface FilterOptions extends RetentionOptions {
  /** The clock that ages are measured with, such as the inventory's `now`; default: the machine's. */
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
 * Decides which runs can be deleted and which are kept, and why.
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
  const [namespace = '', ...others] = new Set(runs.map((run) => run.namespace))
  if (others.length > 0)
    throw new UsageError('The runs belong to several namespaces: filter one namespace at a time.')
  const index = rows ? indexRows(rows, namespace) : 'unknown'
  if (rows && runs.length > 0) requireAnyRow(rules, rows.length)
  requireUsableRows(rules, runs, index, now)
  const decisions = decide(runs, rules, now, {protection, rows: index})
  const having = (wanted: Decision['action']) =>
    decisions.flatMap(({run, action, reasons}) => (action === wanted ? [{run, action, reasons}] : []))
  return {delete: having('delete'), keep: having('keep')}
}
