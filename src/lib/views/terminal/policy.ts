import {joinWords, printable} from '../../base/text.js'
import {cutoffOf} from '../../base/time.js'
import {
  type Explanation,
  type RuleVerdict,
  type RunExplanation,
  type WrittenRules,
} from '../../plan/explain.js'
import {type Policy} from '../../retention/policy/load.js'
import {readRules} from '../../retention/read-rules.js'
import {type KeeperName, ruleOf, type SelectorName} from '../../retention/rules.js'
import {type Column} from '../columns.js'
import {ageOf, placeAndTime} from '../format.js'
import {type Content} from '../json/schemas/documents.js'
import {graceSentence, sentenceOf} from '../plan.js'
import {paragraphs, wrapText} from './layout.js'
import {type Screen} from './style.js'
import {formatTable} from './table.js'

type RuleInWords = Content<'policy explain'>['rules'][number]

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

const KEYS: Array<Column<{line: number | null; key: string}>> = [
  {title: 'Line', cell: ({line}) => String(line ?? '-')},
  {title: 'Key', cell: ({key}) => key},
]

const NOT_COUNTED =
  'Runs that are pinned, in the grace period or dated in the future do not count towards these numbers.'

export function formatPolicy(policy: Policy, now: Date, screen: Screen): string {
  const {style, width} = screen
  const {only, keepers, trash} = readRules(policy.options)
  const all = rulesInWords(policy, now)
  const selectors = all.filter(({kind}) => kind === 'selector')
  const others = all.filter(({kind}) => kind !== 'selector')
  const tableOf = (title: string, rules: RuleInWords[]) =>
    formatTable([...KEYS, {title, cell: ({text}: RuleInWords) => text}], rules, screen)
  const scope = only.length > 0 ? `only the ${joinWords(only)}` : 'all datasets'
  const [does, where] = trash ? ['moves', ' to the trash'] : ['deletes', '']
  const every = keepers.length > 0 ? 'every run that is not kept' : 'every run'
  const which = selectors.length > 1 ? 'all of these' : 'this'
  return paragraphs([
    style.bold(wrapText(`Policy ${printable(policy.file)}`, width)),
    selectors.length > 0
      ? `${style.bold(`Rule: ${does} runs that match ${which}${where}`)}\n${tableOf('Runs', selectors)}`
      : style.bold(`Rule: ${does} ${every}${where}`),
    `${style.bold('Keeps: always, whatever the rule')}\n${tableOf('Keeps', others)}`,
    keepers.length > 0 ? wrapText(NOT_COUNTED, width) : '',
    wrapText(
      `${style.bold(trash ? 'Moves to the trash:' : 'Deletes:')} ${scope} of a run, never the leaderboard.`,
      width,
    ),
  ])
}

/** What a policy does with one run: the answer first, then what each rule said. */
export function formatRunExplanation(policy: Policy, explanation: RunExplanation, screen: Screen): string {
  const {namespace, now, run, deletes} = explanation
  const title = screen.style.bold(`Run ${run.timestamp} by policy ${printable(policy.file)}`)
  const age = run.time > now ? 'dated in the future' : `${ageOf(run, now)} old`
  return paragraphs([
    wrapText(`${title}\n${placeAndTime(namespace, explanation)}; the run is ${age}`, screen.width),
    paragraphs([formatAnswer(explanation, policy, screen), deletes.map((name) => `  ${name}`).join('\n')]),
    formatVerdicts(explanation, policy, screen),
  ])
}

/** What each rule says of a run. */
export function formatVerdicts({verdicts}: Explanation, {lines}: WrittenRules, screen: Screen): string {
  const keys = lines ? KEYS : [{title: 'Rule', cell: ({key}: RuleVerdict) => flagOfKey(key)}]
  const columns: Array<Column<RuleVerdict>> = [
    ...keys,
    {title: 'Verdict (* decides)', cell: (verdict) => `${wordOf(verdict)}${verdict.decided ? ' *' : ''}`},
    {title: 'Why', cell: ({text}) => text},
  ]
  return formatTable(columns, verdicts, screen)
}

/** `select.older-than` → `--older-than`; guards are not flags. */
function flagOfKey(key: RuleVerdict['key']): string {
  return key.replace(/^(?:select\.|(?=only$))/, '--').replace(/^keep\./, '--keep-')
}

const VERDICTS: Readonly<Record<RuleVerdict['kind'], [does: string, doesNot: string]>> = {
  selector: ['selects', 'does not select'],
  keeper: ['keeps', 'does not keep'],
  guard: ['keeps', 'does not keep'],
  scope: ['includes', 'includes none'],
}

function wordOf({kind, holds}: RuleVerdict): string {
  return VERDICTS[kind][holds ? 0 : 1]
}

const GUARD_WORDS: Readonly<Record<string, string>> = {
  pinned: 'its pin',
  grace: 'the grace period',
  future: 'its date in the future',
}

/** What rules do with a run, and which of them decided. */
export function formatAnswer(
  {action, verdicts}: Explanation,
  {lines, options}: WrittenRules,
  {style, width}: Screen,
): string {
  const why = verdicts
    .filter(({decided}) => decided)
    .map((verdict) => {
      const {key, line, kind} = verdict
      const where = line === null ? '' : ` (line ${line})`
      const name = GUARD_WORDS[key] ?? (lines ? key : flagOfKey(key))
      return `${name}${where} ${wordOf(verdict)}${kind === 'scope' ? ' of it' : ' it'}`
    })
  if (action === 'keep') return wrapText(`${style.bold('Would be kept:')} ${joinWords(why)}.`, width)
  const answers = joinWords([...why, 'nothing keeps it'])
  return wrapText(
    `${style.bold(options.trash ? 'Would be moved to the trash:' : 'Would be deleted:')} ${answers}. Datasets:`,
    width,
  )
}
