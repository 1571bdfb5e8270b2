import {expect} from 'chai'
import {setImmediate as nextTurn} from 'node:timers/promises'

import {startTask} from '../../../src/cli/progress/row-task.js'
import {Rows} from '../../../src/cli/progress/rows.js'
import {type Outcome} from '../../../src/lib/cleanup/outcomes.js'

const name = 'kim/smoltrace-results-20260101_000000'

describe('the task of one deletion', () => {
  it('is in the rows from its start, with what it says', async () => {
    const rows = new Rows([name, 'kim/other'])
    const task = startTask(name, rows)
    expect([...rows.deleting].map((row) => row.name)).to.deep.equal([name])
    task.explain('the Hub answered 503, trying again in 1 s (1 of 5)')
    expect([...rows.deleting][0]?.reason).to.equal('the Hub answered 503, trying again in 1 s (1 of 5)')
    task.finish({name, status: 'deleted'})
    await task.over
    expect(rows.counts.waiting).to.equal(1)
  })

  const ends: Array<Omit<Outcome, 'name'>> = [
    {status: 'deleted'},
    {status: 'gone'},
    {status: 'failed', reason: '403 no'},
    {status: 'skipped', reason: 'changed'},
    {status: 'unattempted', reason: 'stopped'},
  ]
  for (const end of ends) {
    it(`is let go of where the dataset is ${end.status}, and throws nothing`, async () => {
      const task = startTask(name, new Rows([name]))
      await nextTurn()
      task.finish({name, ...end})
      await task.over
    })
  }

  it('is over where it ends before listr2 has begun it', async () => {
    const task = startTask(name, new Rows([name]))
    task.finish({name, status: 'failed', reason: '403 no'})
    await task.over
  })
})
