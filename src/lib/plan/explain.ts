import {discover} from '../account/datasets.js'
import {type Protection} from '../account/protection/pins.js'
import {groupDatasetsByRun, requireRuns, type Run} from '../account/runs.js'
import {checkTimestamps} from '../base/names.js'
import {type ConnectionOptions, openSession} from '../hub/session.js'
import {requireUsableRows} from '../retention/context.js'
import {decide, type Decision} from '../retention/decide.js'
import {isCounted} from '../retention/guards.js'
import {doubtsAbout} from '../retention/keepers.js'
import {type Policy} from '../retention/policy/load.js'
import {readRules} from '../retention/read-rules.js'
import {GUARD_RULES, type GuardRule, isGuard, type Reason} from '../retention/reasons.js'
import {
  type KeeperName,
  type PolicyKey,
  type RetentionOptions,
  type RetentionRules,
  RULE_NAMES,
  type RuleName,
  ruleOf,
  type SelectorName,
} from '../retention/rules.js'
import {findOut} from './facts.js'
import {inScope, outOfScope, withinScope} from './plan.js'

/** What one rule says of one run, asked alone. */
export interface Verdict {
  kind: 'guard' | 'keeper' | 'scope' | 'selector'
  key: GuardRule | PolicyKey
  /** Its place in the file; null for what holds without being written. */
  line: number | null
  /** The selector selects the run, the keeper or guard keeps it, the scope takes in something of it. */
  holds: boolean
  /** Why, in words. */
  text: string
  /** Whether it is one of those that decided. */
  decided: boolean
}

/** What a policy does with one run, and why. */
export interface RunExplanation {
  endpoint: string
  namespace: string
  now: Date
  run: Run
  /** What `cleanup` does with it. */
  action: Decision['action']
  reasons: Reason[]
  /** Full names of the run's datasets that would be deleted, in the order of deletion. */
  deletes: string[]
  verdicts: Verdict[]
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
  const {now} = session
  const inventory = await discover(session)
  const runs = groupDatasetsByRun(inventory.datasets)
  requireRuns([timestamp], runs, 'run')
  const known = await findOut(session, inventory, rules, {mustBeCertain: false})
  requireUsableRows(rules, runs, known.rows, now)
  const protection = known.protection === 'unknown' ? {} : known.protection
  const all = {...known, protection}
  const decideOn = (among: Run[], some: RetentionRules): Decision =>
    decide(among, some, now, all).find(({run}) => run.timestamp === timestamp) as Decision

  const decision = decideOn(runs, rules)
  // One rule may wait for rows that another does not: which runs count is up to all of them together.
  const counts = (each: Run) => isCounted(each, rules, now, all) && doubtsAbout(each, rules, all).length === 0
  const among = runs.filter((each) => each === decision.run || counts(each))
  const asking: Asking = {
    policy,
    runCounts: counts(decision.run),
    isInDoubt: (some) =>
      isCounted(decision.run, rules, now, all) && doubtsAbout(decision.run, some, all).length > 0,
    decideAlone: (some) => decideOn(among, some),
  }
  const datasets = inScope(decision.run, rules.only)
  const asked = [
    ...verdictsOf('selector', rules.selectors, asking),
    ...verdictsOf('keeper', rules.keepers, asking),
    ...guardVerdicts(decision, policy, known.protection),
    ...scopeVerdicts(rules, datasets.length > 0, policy),
  ]
  const {endpoint, namespace} = inventory
  const {run, action, reasons} = withinScope(decision, rules)
  return {
    endpoint,
    namespace,
    now,
    run,
    action,
    reasons,
    deletes: action === 'delete' ? datasets.map(({name}) => name) : [],
    verdicts: asked.map((verdict) => ({...verdict, decided: isDecisive(verdict, decision, action)})),
    warnings: session.warnings,
  }
}

type Asked = Omit<Verdict, 'decided'>

/**
 * A run stays for each keeper and guard that holds, and for each selector that does not; it is deleted because all selectors hold.
 * Even then the scope can still keep all of it.
 */
function isDecisive({kind, holds}: Asked, {action}: Decision, outcome: Decision['action']): boolean {
  if (kind === 'scope') return action !== outcome
  if (action !== outcome) return false
  return kind === 'selector' ? holds === (action === 'delete') : holds
}

interface Asking {
  policy: Policy
  /** Whether the numbers of keepers count the run. */
  runCounts: boolean
  /** Whether it is in doubt for some rules alone, and so kept by them. */
  isInDoubt: (rules: RetentionRules) => boolean
  decideAlone: (rules: RetentionRules) => Decision
}

/** Asks each rule alone, by the same code that decides. */
function verdictsOf(
  kind: 'keeper' | 'selector',
  names: Array<KeeperName | SelectorName>,
  {policy, runCounts, isInDoubt, decideAlone}: Asking,
): Asked[] {
  const {options, lines} = policy
  const verdicts: Asked[] = []
  for (const name of names) {
    const {policy: key, value} = ruleOf(name)
    if (!key) continue
    const rules = readRules(alone(name, options))
    const decision = decideAlone(rules)
    const isUncounted = value === 'count' && !runCounts && !isInDoubt(rules)
    const said = isUncounted ? UNCOUNTED : saidAlone(kind, decision)
    verdicts.push({kind, key, line: lines.get(key) ?? null, ...said})
  }

  return verdicts
}

type SaidAlone = Pick<Verdict, 'holds' | 'text'>
const UNCOUNTED: SaidAlone = {holds: false, text: 'not counted'}

/** Where a guard alone spoke, a selector selects the run all the same, and no keeper has counted it. */
function saidAlone(kind: 'keeper' | 'selector', {action, reasons}: Decision): SaidAlone {
  const own = reasons.filter(({rule}) => !isGuard(rule))
  if (kind === 'selector')
    return {holds: action === 'delete' || own.length === 0, text: textOf(own) || 'selected'}
  return own.length === 0 ? UNCOUNTED : {holds: action === 'keep', text: textOf(own)}
}

function scopeVerdicts({only}: RetentionRules, takesSome: boolean, {lines}: Policy): Asked[] {
  if (only.length === 0) return []
  const text = takesSome ? `only its ${only.join(', ')}` : outOfScope(only).text
  return [{kind: 'scope', key: 'only', line: lines.get('only') ?? null, holds: takesSome, text}]
}

const ABSENT: Readonly<Record<GuardRule, string>> = {
  pinned: 'not pinned',
  grace: 'complete, or nothing of it is so new',
  future: 'not dated in the future',
}

/** Guards are asked with all others: they do not depend on them. */
function guardVerdicts({reasons}: Decision, {lines}: Policy, protection: Protection | 'unknown'): Asked[] {
  return GUARD_RULES.map((key) => {
    const own = reasons.filter(({rule}) => rule === key)
    const isUnknown = key === 'pinned' && protection === 'unknown'
    const absent = isUnknown ? 'whether it is pinned is not known' : ABSENT[key]
    const text = textOf(own) || absent
    return {
      kind: 'guard',
      key,
      line: (key === 'grace' && lines.get(key)) || null,
      holds: own.length > 0,
      text,
    }
  })
}

function textOf(reasons: Reason[]): string {
  return reasons.map(({text}) => text).join('; ')
}

/** A rule without the others, but with those that change it, and the grace period. */
function alone(name: RuleName, options: RetentionOptions): RetentionOptions {
  const rule = ruleOf(name)
  const names = RULE_NAMES.filter(
    (each) => each === name || each === 'grace' || ruleOf(each).modifies?.(rule),
  )
  return Object.fromEntries(names.map((each) => [each, options[each]]))
}
