import {type Finding, FINDING_KINDS, type LeaderboardCheck} from '../../account/leaderboard/check.js'
import {capitalized} from '../../base/text.js'
import {count, placeAndTime} from '../format.js'
import {FINDING_TITLES} from '../terminal/check.js'
import {type JobFacts, jobTable, warningsPart} from './job.js'
import {folded, page, table, text} from './markdown.js'

/** What the findings of one kind may take up, in bytes. */
const ROOM = 50_000

/** The summary of a check: what it found, by kind, each with what to do next. */
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
  const notCounted = remarks.map(({message}) => `- ${text(capitalized(message))}.\n`).join('')
  return page([
    `## Leaderboard check: ${findings.length === 0 ? 'no findings' : count(findings.length, 'finding')}`,
    jobTable(job, [
      ['Leaderboard', placeAndTime(leaderboard.name, inventory)],
      ['Compared', `${count(rows, 'row')} and ${count(runs, 'run')}`],
    ]),
    ...parts,
    remarks.length > 0 ? folded('Not counted as findings', notCounted) : '',
    warningsPart(job),
  ])
}
