import {FINDING_KINDS, type FindingKind, type LeaderboardCheck} from '../../account/leaderboard/check.js'
import {capitalized} from '../../base/text.js'
import {count, placeAndTime, thousands} from '../format.js'
import {paragraphs, wrapIndented, wrapText} from './layout.js'
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
export function formatCheck(check: LeaderboardCheck, {style, width}: Screen): string {
  const {inventory, leaderboard, remarks, rows, runs, findings} = check
  const compared = `${count(rows, 'row')} and ${count(runs, 'run')}`
  const notCounted = remarks.map(({message}) => wrapIndented(`${capitalized(message)}.`, '  ', width))
  return paragraphs([
    style.bold(wrapText(placeAndTime(leaderboard.name, inventory), width)),
    ...FINDING_KINDS.map((kind) => {
      const own = findings.filter((each) => each.kind === kind)
      const lines = own.flatMap(({message, suggestion}, index) => {
        // Below consecutive findings that share it.
        const isAdvised = own[index + 1]?.suggestion !== suggestion
        const advice = isAdvised ? [wrapIndented(`What to do: ${suggestion}`, '    ', width)] : []
        return [wrapIndented(message, '  ', width), ...advice]
      })
      const title = style.bold(`${FINDING_TITLES[kind]}: ${thousands(own.length)}`)
      return own.length > 0 ? [title, ...lines].join('\n') : ''
    }),
    remarks.length > 0 ? ['Not counted as findings:', ...notCounted].join('\n') : '',
    findings.length > 0
      ? `${count(findings.length, 'finding')} in ${compared}.`
      : `No findings: ${compared} go together.`,
  ])
}
