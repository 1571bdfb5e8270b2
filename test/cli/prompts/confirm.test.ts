import {expect} from 'chai'

import {formatQuestion} from '../../../src/cli/prompts/confirm.js'
import {DAY} from '../../../src/lib/base/time.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {ago, inventoryOf, leaderboardDataset, PLAIN, planOf, runDatasets} from '../../support/builders.js'

describe('the question before a deletion', () => {
  const accountOf = (runs: number) =>
    inventoryOf(Array.from({length: runs}, (_, index) => runDatasets(ago((index + 1) * DAY))).flat(), {
      leaderboard: leaderboardDataset(),
    })
  const accounts = new Map([3, 100, 3000].map((runs) => [runs, accountOf(runs)]))
  const RULES: RetentionOptions[] = [
    {all: true, deleteLeaderboard: true},
    {run: [runDatasets(ago(2 * DAY))[0]!.timestamp]},
    {olderThan: '2d', keepRecent: 1, keepHourly: 2, keepWeekly: 5, keepMonthly: 4, keepYearly: 2},
  ]

  for (const [runs, inventory] of accounts)
    for (const archive of [undefined, 'a/folder/of/copies'])
      it(`has the rule, the share and what is kept of ${runs} runs on 60 columns and 20 lines${archive ? ', archived' : ''}`, () => {
        for (const options of RULES) {
          const screen = {style: PLAIN, width: 60, height: 20}
          const text = formatQuestion(planOf(inventory, options), {title: '', archive}, false, screen)
          // Below it: a blank line, the question, and where the cursor is after that.
          expect(text.split('\n').length, text).to.be.at.most(17)
          expect(text).to.match(/^WARNING .*^Type list .*^Rule .*^Keeps +[\d,]+ runs?.*^Deletes /ms)
        }
      })
})
