import {expect} from 'chai'

import {HubFormatError} from '../../../src/lib/hub/errors.js'
import {HubResponse} from '../../../src/lib/hub/http.js'
import {entriesOf, withoutRepeats} from '../../../src/lib/hub/listing.js'
import {type Send} from '../../../src/lib/hub/transport.js'
import {rejectionOf} from '../../support/builders.js'

const ENDPOINT = 'https://hub.example'

/** A listing that has one new name a page, and so many pages. */
function pagesOf(count: number): {ask: Send; asked: () => number} {
  let asked = 0
  return {
    asked: () => asked,
    async ask(url) {
      asked++
      const body = Buffer.from(`[{"id":"kim/number-${asked}"}]`)
      const link = asked < count ? {link: `<${ENDPOINT}/api/datasets?cursor=${asked}>; rel="next"`} : {}
      const answer = {status: 200, url, headers: new Headers(link), discard() {}}
      return new HubResponse({...answer, body: (async function* () {})()}).withBytes(body)
    },
  }
}

async function countOf(ask: Send): Promise<number> {
  let count = 0
  const entries = entriesOf({endpoint: ENDPOINT, send: ask}, `${ENDPOINT}/api/datasets`)
  for await (const entry of withoutRepeats(entries, (each) => (each as {id: string}).id))
    count += entry ? 1 : 0
  return count
}

describe('the pages of a listing', () => {
  it('may be ten thousand', async () => {
    expect(await countOf(pagesOf(10_000).ask)).to.equal(10_000)
  })

  it('[S15] are no more than that, though each has a new name', async () => {
    const {ask, asked} = pagesOf(Number.POSITIVE_INFINITY)
    const error = await rejectionOf(countOf(ask))
    expect(error).to.be.instanceOf(HubFormatError)
    expect(error.message).to.include('10000 pages')
    expect(asked()).to.equal(10_000)
  })
})
