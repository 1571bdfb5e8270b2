import {
  type Finding,
  FINDING_KINDS,
  type FindingKind,
  type LeaderboardCheck,
} from '../../account/leaderboard/check.js'
import {capitalized} from '../../base/text.js'
import {count, moment, thousands} from '../format.js'
import {joined, paragraphs, wrapIndented, wrapText} from './layout.js'
import {type Screen} from './style.js'

/** What each kind of finding is called. */
export const FINDING_TITLES: Readonly<Record<FindingKind, string>> = {
  'dangling-row': 'Rows whose datasets are gone',
  'run-without-row': 'Runs without a row',
  'duplicate-rows': 'Several rows about one evaluation',
  'inexact-name': 'Rows that do not write the name exactly',
  'renamed-namespace': 'Rows with a former namespace',
  'exposed-runs': 'Private runs on a public leaderboard',
}

/** What a check found, by kind, each with what to do next, and what only looks like a fault. */
export function formatCheck(check: LeaderboardCheck, screen: Screen): string {
  const {inventory, leaderboard, remarks, rows, runs, findings} = check
  const head = screen.style.bold(
    wrapText(`${leaderboard.name} at ${inventory.endpoint}, ${moment(inventory.now)}`, screen.width),
  )
  const compared = `${count(rows, 'row')} and ${count(runs, 'run')}`
  const total =
    findings.length === 0
      ? `No findings: ${compared} go together.`
      : `${count(findings.length, 'finding')} in ${compared}.`
  return paragraphs([
    head,
    ...FINDING_KINDS.map((kind) =>
      formatKind(
        kind,
        findings.filter((each) => each.kind === kind),
        screen,
      ),
    ),
    remarks.length === 0
      ? ''
      : [
          'Not counted as findings:',
          ...remarks.map(({message}) => wrapIndented(`${capitalized(message)}.`, '  ', screen.width)),
        ].join('\n'),
    total,
  ])
}

function formatKind(kind: FindingKind, findings: Finding[], screen: Screen): string {
  if (findings.length === 0) return ''
  const title = screen.style.bold(`${FINDING_TITLES[kind]}: ${thousands(findings.length)}`)
  return joined([title, describeAll(findings, screen)], '\n')
}

/** The advice is printed once below consecutive findings that share it. */
function describeAll(findings: Finding[], {width}: Screen): string {
  const lines = findings.flatMap(({message, suggestion}, index) => {
    const isLast = findings[index + 1]?.suggestion !== suggestion
    const advice = `What to do: ${suggestion}`
    return [wrapIndented(message, '  ', width), ...(isLast ? [wrapIndented(advice, '    ', width)] : [])]
  })
  return lines.join('\n')
}
