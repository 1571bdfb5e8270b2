import {expect} from 'chai'

import {readHistory} from '../../../src/lib/cleanup/journal/history.js'
import {findJobAt, openSessionAt} from '../../../src/lib/cleanup/place.js'
import {ago, ENDPOINT, NOW, rejectionOf} from '../../support/builders.js'
import {beginJournal, newDataDir, PLAN} from '../../support/journals.js'

describe('the latest job', () => {
  const ELSEWHERE = 'http://127.0.0.1:1'
  const places: Array<[title: string, options: object, index: number]> = [
    ['of the Hub', {endpoint: ENDPOINT}, 1],
    ['of the Hub and the namespace', {endpoint: ENDPOINT, namespace: 'kim'}, 2],
    ['of another Hub', {endpoint: `${ELSEWHERE}/`}, 0],
    ['of all where that Hub has none, for the error to name', {endpoint: 'http://127.0.0.1:2'}, 0],
    ['of all where the namespace has none', {endpoint: ENDPOINT, namespace: 'nobody'}, 0],
  ]
  for (const [title, options, index] of places) {
    it(`is that ${title}`, async () => {
      const {dir} = await newDataDir()
      await beginJournal(dir, {}, ago(2))
      await beginJournal(dir, {plan: {...PLAN, namespace: 'team'}}, ago(1))
      await beginJournal(dir, {plan: {...PLAN, endpoint: ELSEWHERE}}, NOW)
      const history = await readHistory(dir)
      const connection = {token: 'hf_x', ...options}
      const job = await findJobAt(history, 'latest', connection)
      expect(job).to.equal(history.jobs[index])
      expect(await findJobAt(history, job.id, {endpoint: 'http://127.0.0.1:3'})).to.equal(job)
      const error = await rejectionOf(
        openSessionAt(job, {...connection, endpoint: 'http://127.0.0.1:3'}, 'job'),
      )
      expect(error.message).to.match(new RegExp(`^Job ${job.id} ran for ${job.namespace} at `))
    })
  }
})
