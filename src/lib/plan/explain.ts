import {discover} from '../account/datasets.js'
import {isPartlyInTrash, requireRuns, type Run} from '../account/runs.js'
import {checkTimestamps} from '../base/names.js'
import {type ConnectionOptions, openSession} from '../hub/session.js'
import {type RetentionContext} from '../retention/context.js'
import {decide, type Decision, type Judgement} from '../retention/decide.js'
import {type Policy} from '../retention/policy/load.js'
import {readRules} from '../retention/read-rules.js'
import {type Answer, GUARD_RULES, type GuardRule, type Reason} from '../retention/reasons.js'
import {
  type KeeperName,
  keyOf,
  type PolicyKey,
  type RetentionRules,
  ruleOf,
  type SelectorName,
} from '../retention/rules.js'
import {readContext} from './build.js'
import {inScope, outOfScope, withinScope} from './plan.js'

/** What one rule says of one run. */
export interface RuleVerdict {
  kind: 'guard' | 'keeper' | 'scope' | 'selector'
  /** As a policy has it, also where it is a flag. */
  key: GuardRule | PolicyKey
  /** Its place in the file; null for what holds without being written, and for flags. */
  line: number | null
  /** The selector selects the run, the keeper or guard keeps it, the scope takes in something of it. */
  holds: boolean
  /** Why, in words. */
  text: string
  /** Whether it is one of those that decided. */
  decided: boolean
}

/** Rules, and where they were written: as flags, or in a file. */
export type WrittenRules = Partial<Policy> & Pick<Policy, 'options'>

/** What rules do with one run, and why. */
export interface Explanation {
  /** What `cleanup` does with it. */
  action: Decision['action']
  reasons: Reason[]
  /** Full names of the run's datasets that would be deleted, in the order of deletion. */
  deletes: string[]
  verdicts: RuleVerdict[]
}

/** The same, and where it was looked at. */
export interface RunExplanation extends Explanation {
  endpoint: string
  namespace: string
  now: Date
  run: Run
  warnings: string[]
}

/**
 * Says what a policy does with one run, and which rules decided. Looks at the Hub and changes nothing.
 * @param timestamp as `runs group` shows it
 * @throws UsageError where it is not a timestamp, RefusedError where the run does not exist; else as `cleanupDatasets`
 */
export async function explainRun(
  policy: Policy,
  timestamp: string,
  options: ConnectionOptions = {},
): Promise<RunExplanation> {
  checkTimestamps([timestamp], 'run')
  const rules = readRules(policy.options)
  const session = await openSession(options)
  const inventory = await discover(session)
  requireRuns([timestamp], inventory.datasets, 'run', inventory.trash)
  const context = await readContext(rules, inventory, session, {mustBeCertain: false})
  const {endpoint, namespace} = inventory
  const {now, warnings} = session
  const run = context.runs.find((each) => each.timestamp === timestamp) as Run
  return {endpoint, namespace, now, run, ...explain(policy, run, context, now), warnings}
}

/** Says what rules do with one of these runs. */
export function explain(
  {options, lines}: WrittenRules,
  {timestamp}: Run,
  {runs, known}: {runs: Run[]; known: RetentionContext},
  now: Date,
): Explanation {
  const rules = readRules(options)
  const judgement = decide(runs, rules, now, known).find(({run}) => run.timestamp === timestamp) as Judgement
  const datasets = inScope(judgement.run, rules.only)
  const {action, reasons} = withinScope(judgement, rules)
  const verdict = (
    kind: RuleVerdict['kind'],
    key: RuleVerdict['key'],
    {holds, text}: RuleAnswer,
  ): RuleVerdict => {
    const line = lines?.get(key as PolicyKey) ?? null
    return {
      kind,
      key,
      line,
      holds,
      text,
      decided: isDecisive(kind, holds, judgement, action),
    }
  }

  const verdicts = [
    ...rules.selectors.map((name) => verdict('selector', keyOf(name), answerOf(name, judgement.selectors))),
    ...rules.keepers.map((name) => verdict('keeper', keyOf(name), keeperAnswer(name, judgement, rules))),
    ...GUARD_RULES.filter((key) => key !== 'trash' || isPartlyInTrash(judgement.run)).map((key) =>
      verdict('guard', key, guardAnswer(key, judgement.guards)),
    ),
  ]
  const {only} = rules
  if (only.length > 0) {
    const holds = datasets.length > 0
    const text = holds ? `only its ${only.join(', ')}` : outOfScope(only).text
    verdicts.push(verdict('scope', keyOf('only'), {holds, text}))
  }

  const deletes = action === 'delete' ? datasets.map(({name}) => name) : []
  return {action, reasons: reasons.map(({rule, text}) => ({rule, text})), deletes, verdicts}
}

/**
 * A run is kept because of each keeper and guard that holds, and each selector that does not; it is deleted because all selectors hold.
 * Even then the scope can still keep all of it.
 */
function isDecisive(
  kind: RuleVerdict['kind'],
  holds: boolean,
  {action}: Decision,
  outcome: Decision['action'],
): boolean {
  if (kind === 'scope') return action !== outcome
  if (action !== outcome) return false
  return kind === 'selector' ? holds === (action === 'delete') : holds
}

type RuleAnswer = Pick<RuleVerdict, 'holds' | 'text'>

function answerOf(name: KeeperName | SelectorName, answers: Answer[]): RuleAnswer {
  const {holds, reason} = answers.find((answer) => answer.name === name) as Answer
  return {holds, text: reason.text}
}

/** A keeper keeps what is unclear to it, and ignores what is not counted. */
function keeperAnswer(
  name: KeeperName,
  {keepers, doubts, counts}: Judgement,
  {groupBy}: RetentionRules,
): RuleAnswer {
  const answer = answerOf(name, keepers)
  if (answer.holds || ruleOf(name).value !== 'count') return answer
  const own = doubts.filter(({rule}) => name === 'keepBest' || (groupBy.length > 0 && rule === 'leaderboard'))
  if (own.length > 0) return {holds: true, text: textOf(own)}
  return counts ? answer : {holds: false, text: 'not counted'}
}

const ABSENT: Readonly<Record<GuardRule, string>> = {
  pinned: 'not pinned',
  grace: 'complete, or old enough',
  future: 'not dated in the future',
  trash: 'not partly in the trash',
}

function guardAnswer(key: GuardRule, guards: Reason[]): RuleAnswer {
  const own = guards.filter(({rule}) => rule === key)
  return {holds: own.length > 0, text: textOf(own) || ABSENT[key]}
}

function textOf(reasons: Reason[]): string {
  return reasons.map(({text}) => text).join('; ')
}
