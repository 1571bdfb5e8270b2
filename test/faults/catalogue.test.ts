import {expect} from 'chai'

import {readRateLimit} from '../../src/lib/hub/quota.js'
import {type FaultName, FAULTS, type NamedFault} from '../support/faults.js'
import {until} from '../support/hub.js'
import {isActedUpon, type Sandbox, startSandbox} from '../support/sandbox.js'

/** What a client sees of each kind of fault: an answer, or where it ends. */
const SEEN: Partial<Record<FaultName, string>> = {
  '500': '500 application/json, 970 left, as a whole',
  '502 with a page, though the Hub acted': '502 text/html, as a whole',
  '429, the window is used up': '429 text/plain, 0 left, as a whole',
  'reset before the Hub acted': 'no answer: reset',
  'reset after the Hub acted': 'no answer: reset',
  'no answer': 'no answer: waiting',
  'no answer, though the Hub acted': 'no answer: waiting',
  'cut in a counted body': '200 text/plain, 999 left, half: reset',
  'cut in a chunked body': '200 text/plain, 999 left, half: reset',
  'a body that stalls': '200 text/plain, 999 left, half: waiting',
  'other bytes': '200 text/plain, 999 left, as a whole',
}

describe('the catalogue of faults', () => {
  let hub: Sandbox

  beforeEach(async () => {
    hub = await startSandbox({seed: 'empty'})
    hub.state.addDataset({name: 'mira/one', createdAt: '2025-01-10T12:00:00Z'})
  })

  afterEach(() => hub.close())

  for (const [name, seen] of Object.entries(SEEN) as Array<[FaultName, string]>) {
    it(`${name}: ${seen}`, async () => {
      const fault: NamedFault = FAULTS[name]
      hub.intercept({match: ({method}) => method === 'DELETE', ...fault})
      const ends = {isVain: seen.endsWith('waiting'), hasHead: !seen.startsWith('no answer')}
      expect(await clientSees(hub, ends)).to.equal(seen)
      expect(hub.state.get('mira/one') === undefined, 'whether the Hub acted').to.equal(isActedUpon(fault))
    })
  }
})

/** Deletes a dataset, and says what comes back. What is not to come is given up once the Hub has answered something else since. */
async function clientSees(
  hub: Sandbox,
  {isVain, hasHead}: {isVain: boolean; hasHead: boolean},
): Promise<string> {
  const giveUp = new AbortController()
  const isEnded = (error: unknown) => (error as Error).name === 'AbortError'
  const asked = fetch(`${hub.url}/api/repos/delete`, {
    method: 'DELETE',
    headers: {authorization: `Bearer ${hub.token}`},
    body: JSON.stringify({name: 'one', organization: 'mira', type: 'dataset'}),
    signal: giveUp.signal,
  })
  if (isVain) {
    await until('the request', () => hub.requests.length > 0)
    await fetch(`${hub.url}/api/whoami-v2`)
    if (hasHead) await asked
    giveUp.abort()
  }

  const answer = await asked.catch((error: unknown) => (isEnded(error) ? 'waiting' : 'reset'))
  if (typeof answer === 'string') return `no answer: ${answer}`
  const [type] = (answer.headers.get('content-type') ?? '').split(';')
  const quota = readRateLimit(answer.headers)
  const end = await answer.text().then(
    () => 'as a whole',
    (error: unknown) => `half: ${isEnded(error) ? 'waiting' : 'reset'}`,
  )
  return [`${answer.status} ${type}`, ...(quota ? [`${quota.remaining} left`] : []), end].join(', ')
}
