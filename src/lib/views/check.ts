import {
  type Finding,
  FINDING_KINDS,
  type FindingKind,
  type LeaderboardCheck,
} from '../account/leaderboard/check.js'
import {pushTo} from '../base/collections.js'
import {capitalize, formatCount, formatNumber} from '../base/text.js'
import {placeAndTime} from './format.js'
import {
  collapse,
  escapeText,
  type JobFacts,
  jobTable,
  page,
  table,
  warningsPart,
} from './markdown/markdown.js'
import {paragraphs, wrapIndented, wrapText} from './terminal/layout.js'
import {type Screen} from './terminal/style.js'

const FINDING_TITLES: Readonly<Record<FindingKind, string>> = {
  'dangling-row': 'Rows whose datasets are gone',
  'lost-row': 'Rows that were lost',
  'run-without-row': 'Runs without a row',
  'duplicate-rows': 'Several rows for one evaluation',
  'inexact-name': 'Rows that misspell the name of a dataset',
  'renamed-namespace': 'Rows with a former namespace',
  'exposed-runs': 'Private runs on a public leaderboard',
}

export function formatCheck(check: LeaderboardCheck, {style, width}: Screen): string {
  const {inventory, leaderboard, remarks, rows, runs, findings, past} = check
  const compared = `${formatCount(rows, 'row')} and ${formatCount(runs, 'run')}`
  const notCounted = remarks.map(({message}) => wrapIndented(`${capitalize(message)}.`, '  ', width))
  return paragraphs([
    style.bold(wrapText(placeAndTime(leaderboard.name, inventory), width)),
    ...FINDING_KINDS.map((kind) => {
      const own = findings.filter((each) => each.kind === kind)
      const advised = new Map<string, string[]>()
      for (const {message, suggestion} of own) pushTo(advised, suggestion, message)
      const lines = Array.from(advised, ([suggestion, messages]) => [
        ...messages.map((message) => wrapIndented(message, '  ', width)),
        ...adviceLines(suggestion, width),
      ]).flat()
      const title = style.bold(`${FINDING_TITLES[kind]}: ${formatNumber(own.length)}`)
      return own.length > 0 ? [title, ...lines].join('\n') : ''
    }),
    remarks.length > 0 ? ['Not counted as findings:', ...notCounted].join('\n') : '',
    findings.length > 0
      ? `${formatCount(findings.length, 'finding')} in ${compared}.`
      : `No findings: ${compared} match.`,
    past && !past.areAll
      ? wrapText(`Lost rows were looked for in ${formatCount(past.states, 'earlier state')} only.`, width)
      : '',
  ])
}

/** A command or an address that is wrapped could not be copied. */
function adviceLines(suggestion: string, width: number | undefined): string[] {
  const [text = '', command] = suggestion.split(/(?<=:) (?=smoltrace\b|https?:)/)
  return [
    wrapIndented(`What to do: ${text}`, '    ', width),
    ...(command === undefined ? [] : [`      ${command}`]),
  ]
}

/** What the findings of one kind may take up, in bytes. */
const ROOM = 50_000

export function checkSummary(check: LeaderboardCheck, job: JobFacts): string {
  const {inventory, leaderboard, rows, runs, findings, remarks} = check
  const parts = FINDING_KINDS.map((kind) => {
    const own = findings.filter((finding) => finding.kind === kind)
    if (own.length === 0) return ''
    const title = FINDING_TITLES[kind]
    const columns = [
      {title, cell: ({message}: Finding) => message},
      {title: 'What to do', cell: ({suggestion}: Finding) => suggestion},
    ]
    return page([
      `### ${title}: ${own.length}`,
      table(columns, own, {bytes: ROOM, more: 'more: `--json` names each'}),
    ])
  })
  const notCounted = remarks.map(({message}) => `- ${escapeText(capitalize(message))}.\n`).join('')
  return page([
    `## Leaderboard check: ${findings.length === 0 ? 'no findings' : formatCount(findings.length, 'finding')}`,
    jobTable(job, [
      ['Leaderboard', placeAndTime(leaderboard.name, inventory)],
      ['Compared', `${formatCount(rows, 'row')} and ${formatCount(runs, 'run')}`],
    ]),
    ...parts,
    remarks.length > 0 ? collapse('Not counted as findings', notCounted) : '',
    warningsPart(job),
  ])
}
