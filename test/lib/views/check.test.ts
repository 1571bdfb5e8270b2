import {expect} from 'chai'

import {checkRows} from '../../../src/lib/account/leaderboard/check.js'
import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {formatCheck} from '../../../src/lib/views/check.js'
import {inventoryOf, leaderboardDataset, PLAIN, runDatasets} from '../../support/builders.js'
import {A, B, C, finished, rowOf, viewOf} from '../../support/rows.js'

const INVENTORY = inventoryOf(runDatasets(C))
const show = (rows: LeaderboardRow[], width?: number, inventory = INVENTORY) => {
  const check = {
    ...checkRows(viewOf(rows, inventory)),
    inventory,
    leaderboard: leaderboardDataset(),
    warnings: [],
  }
  return formatCheck(check, {style: PLAIN, width})
}

describe('the page of a check', () => {
  it('says so where nothing is found, and what was not counted', () => {
    expect(show([finished(C)])).to.match(/\n\nNo findings: 1 row and 1 run match\.$/)
    const cases: Array<[rows: LeaderboardRow[], text: string]> = [
      [[rowOf({})], 'Row 2 has no datasets.'],
      [[rowOf({runStatus: 'failed'})], 'Row 2 has no datasets (its evaluation failed early).'],
      [
        [rowOf({runStatus: 'failed'}), rowOf({runStatus: 'failed'})],
        'Rows 2 and 3 have no datasets (their evaluations failed early).',
      ],
    ]
    for (const [rows, text] of cases)
      expect(show([finished(C), ...rows])).to.include(
        `\n\nNot counted as findings:\n  ${text}\n\nNo findings`,
      )
  })

  it('has a command on a line of its own, whole, to be copied', () => {
    expect(show([finished(A)], 50)).to.match(
      / {4}\S.*preview:\n {6}smoltrace leaderboard prune --namespace \w+\n/,
    )
  })

  it('advises once on all findings that need the same, whatever is found between them', () => {
    const partly = inventoryOf(INVENTORY.datasets.filter(({type}) => type !== 'results'))
    const text = show([finished(A), finished(C), finished(B)], undefined, partly)
    expect(text.match(/What to do|^ {2}Row \d/gm)).to.deep.equal([
      '  Row 1',
      '  Row 3',
      'What to do',
      '  Row 2',
      'What to do',
    ])
  })

  it('breaks lines between words where the terminal ends, and loses none', () => {
    const rows = [finished(A), rowOf({resultsDataset: `former/smoltrace-results-${C}`}), rowOf({})]
    const [broken, plain] = [show(rows, 50), show(rows)]
    // The first line is as long as the name of the Hub makes it.
    for (const line of broken.split('\n').slice(1)) expect(line.length).to.be.at.most(50)
    expect(broken.split(/\s+/)).to.deep.equal(plain.split(/\s+/))
  })
})
