import {expect} from 'chai'

import {rulesOf} from '../../../src/lib/retention/read-rules.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {graceSentence, sentenceOf} from '../../../src/lib/views/sentences.js'

/** Options of one rule, and what it says. */
const SENTENCES: Array<[options: RetentionOptions, sentence: string]> = [
  [{olderThan: '30d'}, 'older than 30d, before 2026-10-05 12:00 UTC'],
  [{olderThan: '1y'}, 'older than 1y, before 2026-10-05 12:00 UTC (a month is 30 days, a year 365)'],
  [{incompleteOnly: true}, 'incomplete and not finished'],
  [{incompleteOnly: true, ignoreLeaderboard: true}, 'incomplete'],
  [{run: ['20260131_235959']}, 'named by --run (20260131_235959)'],
  [{model: ['gpt-*']}, 'of a model that matches gpt-*'],
  [{team: ['a', 'b']}, 'of the team a or b'],
  [{purpose: ['x', 'y', 'z']}, 'for the purpose x, y or z'],
  [{status: ['failed', 'partial']}, 'partial or failed, as the leaderboard says'],
  [{unreferenced: true}, 'cited by no row of the leaderboard'],
  [{scoreBelow: 50}, 'scored below 50 by success rate'],
  [{all: true}, 'of this namespace, every one of them'],
  [{keepRecent: 1}, 'the most recent run'],
  [{keepRecent: 1500}, 'the 1,500 most recent runs'],
  [{keepRecent: 5, groupBy: ['model']}, 'the 5 most recent runs of each model'],
  [
    {keepRecent: 5, groupBy: ['agent_type', 'model']},
    'the 5 most recent runs of each group with the same model and agent type',
  ],
  [{keepWithin: '2w'}, 'runs no older than 2w'],
  [{keepHourly: 24}, 'the newest run of each of the last 24 hours that have one (UTC)'],
  [{keepDaily: 1}, 'the newest run of the last day that has one (UTC)'],
  [{keepWeekly: 52}, 'the newest run of each of the last 52 weeks that have one (ISO weeks, UTC)'],
  [
    {keepMonthly: 2, groupBy: ['team']},
    'the newest run of each of the last 2 months that have one, of each team (UTC)',
  ],
  [{keepYearly: 3}, 'the newest run of each of the last 3 years that have one (UTC)'],
  [{keepBest: 3}, 'the 3 best runs by success rate, higher is better'],
  [{keepBest: 1, by: 'cost', groupBy: ['model']}, 'the best run by cost, lower is better, of each model'],
]

describe('the sentence of a rule', () => {
  for (const [options, sentence] of SENTENCES) {
    it(`is for ${JSON.stringify(options)}: ${sentence}`, () => {
      const rules = rulesOf(options)
      const sentences = [...rules.selectors, ...rules.keepers].map((name) =>
        sentenceOf(name, rules, new Date('2026-10-05T12:00:00Z')),
      )
      expect(sentences).to.deep.equal([sentence])
    })
  }

  it('says what the grace period keeps', () => {
    const sentence = (grace: string, options: RetentionOptions = {}) =>
      graceSentence(rulesOf({grace, ...options}))
    expect(sentence('36h')).to.equal('incomplete runs changed in the last 1d12h')
    const waiting = 'incomplete runs, and runs without a row, changed in the last 6h'
    for (const options of [{unreferenced: true}, {keepBest: 3}, {groupBy: ['team' as const]}])
      expect(sentence('6h', options)).to.equal(waiting)
    expect(sentence('0')).to.include('nothing')
  })

  it('is safe for a terminal', () => {
    expect(sentenceOf('team', {...rulesOf({}), team: ['a\u001B[2J']})).not.to.include('\u001B')
  })
})
