import {
  type Finding,
  FINDING_KINDS,
  type FindingKind,
  type LeaderboardCheck,
} from '../../account/leaderboard/check.js'
import {capitalized} from '../../base/text.js'
import {count, moment} from '../format.js'
import {FINDING_TITLES} from '../terminal/check.js'
import {askedFact, exitFact, type JobFacts, warningsPart} from './job.js'
import {code, facts, folded, page, table, text} from './markdown.js'

/** What the findings of one kind may take up, in bytes. */
const ROOM = 50_000

/** The summary of a check: what it found, by kind, each with what to do next. */
export function checkSummary(check: LeaderboardCheck, job: JobFacts): string {
  const {inventory, leaderboard, rows, runs, findings, remarks} = check
  return page([
    `## Leaderboard check: ${findings.length === 0 ? 'no findings' : count(findings.length, 'finding')}`,
    facts([
      askedFact(job),
      ['Leaderboard', `${code(leaderboard.name)} at ${code(inventory.endpoint)}, ${moment(inventory.now)}`],
      ['Compared', `${count(rows, 'row')} and ${count(runs, 'run')}`],
      exitFact(job),
    ]),
    ...FINDING_KINDS.map((kind) => kindPart(kind, findings)),
    remarks.length === 0
      ? undefined
      : folded(
          'Not counted as findings',
          remarks.map(({message}) => `- ${text(capitalized(message))}.\n`).join(''),
        ),
    warningsPart(job),
  ])
}

function kindPart(kind: FindingKind, all: Finding[]): string | undefined {
  const findings = all.filter((finding) => finding.kind === kind)
  if (findings.length === 0) return undefined
  const rows = table({
    titles: [FINDING_TITLES[kind], 'What to do'],
    rows: findings.map(({message, suggestion}) => [text(message), text(suggestion)]),
    number: findings.length,
    bytes: ROOM,
    more: 'more: `--json` names each',
  })
  return page([`### ${FINDING_TITLES[kind]}: ${findings.length}`, rows])
}
