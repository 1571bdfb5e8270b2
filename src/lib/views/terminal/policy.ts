import {listing, printable} from '../../base/text.js'
import {cutoffOf} from '../../base/time.js'
import {type RunExplanation, type Verdict} from '../../plan/explain.js'
import {type Policy} from '../../retention/policy/load.js'
import {readRules} from '../../retention/read-rules.js'
import {
  type KeeperName,
  type PolicyKey,
  type RetentionRules,
  ruleOf,
  type SelectorName,
} from '../../retention/rules.js'
import {ageOf, moment} from '../format.js'
import {COUNTING, graceSentence, sentenceOf} from '../sentences.js'
import {paragraphs, wrapText} from './layout.js'
import {type Screen} from './style.js'
import {formatTable} from './table.js'

/** A rule of a policy in words. */
interface RuleInWords {
  kind: 'guard' | 'keeper' | 'selector'
  key: PolicyKey | 'future' | 'pinned'
  /** Null for what holds without being written. */
  line: number | null
  text: string
}

/** Every rule that a policy comes down to, those that always hold among them. */
export function rulesInWords({options, lines}: Policy, now: Date): RuleInWords[] {
  const rules = readRules(options)
  const cutoff = rules.olderThan && cutoffOf(rules.olderThan, now)
  const inWords = (kind: 'keeper' | 'selector', names: Array<KeeperName | SelectorName>) =>
    names.flatMap((name): RuleInWords[] => {
      const {policy: key} = ruleOf(name)
      return key ? [{kind, key, line: lines.get(key) ?? null, text: sentenceOf(name, rules, cutoff)}] : []
    })
  return [
    ...inWords('selector', rules.selectors),
    ...inWords('keeper', rules.keepers),
    {kind: 'guard', key: 'grace', line: lines.get('grace') ?? null, text: graceSentence(rules)},
    {kind: 'guard', key: 'pinned', line: null, text: 'pinned runs'},
    {kind: 'guard', key: 'future', line: null, text: 'runs dated in the future'},
  ]
}

/** A whole policy in sentences. */
export function formatPolicy(policy: Policy, now: Date, screen: Screen): string {
  const {bold} = screen.style
  const rules = readRules(policy.options)
  const all = rulesInWords(policy, now)
  const selectors = all.filter(({kind}) => kind === 'selector')
  const others = all.filter(({kind}) => kind !== 'selector')
  return paragraphs([
    bold(wrapText(`Policy ${printable(policy.file)}`, screen.width)),
    selectors.length > 0
      ? `${bold('May go: runs that are all of this')}\n${tableOf(selectors, 'RUNS THAT ARE', screen)}`
      : `${bold('May go: every run')}\nThe file has no selectors: whatever no keeper saves may go.`,
    `${bold('Must stay: whatever selects them')}\n${tableOf(others, 'WHAT STAYS', screen)}`,
    wrapText(`${bold('What is deleted of a run:')} ${scopeSentence(rules)}`, screen.width),
    ...(rules.keepers.length > 0 ? [wrapText(COUNTING, screen.width)] : []),
  ])
}

/** Which datasets of the runs are deleted. */
function scopeSentence({only}: RetentionRules): string {
  return only.length > 0
    ? `its ${listing(only)}, nothing else. The leaderboard is never deleted.`
    : 'all of its datasets. The leaderboard is never deleted.'
}

function tableOf(rules: RuleInWords[], title: string, screen: Screen): string {
  const columns = [{title: 'LINE'}, {title: 'KEY'}, {title}]
  return formatTable(
    columns,
    rules.map(({line, key, text}) => [lineText(line), key, text]),
    screen,
  )
}

function lineText(line: number | null): string {
  return line === null ? '-' : String(line)
}

/** What a policy does with one run: the answer first, then what each rule said. */
export function formatRunExplanation(policy: Policy, explanation: RunExplanation, screen: Screen): string {
  const {namespace, endpoint, now, run, verdicts} = explanation
  const columns = [{title: 'LINE'}, {title: 'KEY'}, {title: 'VERDICT (* DECIDES)'}, {title: 'WHY'}]
  const rows = verdicts.map((verdict) => [lineText(verdict.line), verdict.key, wordOf(verdict), verdict.text])
  const {bold} = screen.style
  return paragraphs([
    wrapText(
      `${bold(`Run ${run.timestamp} by policy ${printable(policy.file)}`)}\n` +
        `${namespace} at ${endpoint}, ${moment(now)}; ` +
        `the run is ${run.time > now ? 'dated in the future' : `${ageOf(run, now)} old`}`,
      screen.width,
    ),
    answerTo(explanation, screen),
    formatTable(columns, rows, screen),
  ])
}

/** What rules do and do not do. */
const VERDICTS: Readonly<Record<Verdict['kind'], [does: string, doesNot: string]>> = {
  selector: ['selects', 'does not select'],
  keeper: ['keeps', 'does not keep'],
  guard: ['keeps', 'does not keep'],
  scope: ['takes', 'takes nothing'],
}

function wordOf({kind, holds, decided}: Verdict): string {
  const [does, doesNot] = VERDICTS[kind]
  return `${holds ? does : doesNot}${decided ? ' *' : ''}`
}

function answerTo({action, deletes, verdicts}: RunExplanation, screen: Screen): string {
  const {bold} = screen.style
  const decisive = (...kinds: Array<Verdict['kind']>) =>
    verdicts.filter(({decided, kind}) => decided && kinds.includes(kind))
  const selectors = decisive('selector')
  if (action === 'keep') {
    const answers = [
      doing(decisive('keeper', 'guard'), 'keeps', 'keep'),
      doing(selectors, 'does not select', 'do not select'),
      doing(decisive('scope'), 'takes nothing of', ''),
    ]
    return wrapText(`${bold('It stays:')} ${listing(answers.filter(Boolean))}.`, screen.width)
  }

  const answers = [doing(selectors, 'selects', 'select'), 'nothing keeps it']
  const names = deletes.map((name) => `  ${name}`).join('\n')
  const answer = `${bold('It may be deleted:')} ${listing(answers.filter(Boolean))}. What is deleted of it:`
  return `${wrapText(answer, screen.width)}\n\n${names}`
}

/** Guards in the middle of a sentence. */
const GUARD_WORDS: Readonly<Record<string, string>> = {
  pinned: 'its pin',
  grace: 'the grace period',
  future: 'its date in the future',
}

function doing(verdicts: Verdict[], does: string, areDoing: string): string {
  if (verdicts.length === 0) return ''
  const names = verdicts.map(({key, line}) => {
    const name = GUARD_WORDS[key] ?? key
    return line === null ? name : `${name} (line ${line})`
  })
  return `${listing(names)} ${verdicts.length === 1 ? does : areDoing} it`
}
