import {expect} from 'chai'
import {Buffer} from 'node:buffer'
import {text} from 'node:stream/consumers'

import {watchedBlob} from '../../../src/lib/hub/watched-blob.js'
import {serve} from '../../support/builders.js'

describe('a watched body', () => {
  const content = 'x'.repeat(1_000_000)

  it('tells of its pieces only while they are sent', async () => {
    let pieces = 0
    const blob = watchedBlob(new Blob([content]), () => pieces++)
    expect(pieces).to.equal(0)
    const reader = blob.stream().getReader()
    await reader.read()
    expect(pieces).to.be.greaterThan(0)
    const before = pieces
    expect(before).to.be.at.most(4)
    while (!(await reader.read()).done);
    expect(pieces).to.be.greaterThan(before)
  })

  it('has the size and type of its source, and the same content each time', async () => {
    const blob = watchedBlob(new Blob([content], {type: 'text/x-own'}), () => {})
    expect([blob.size, blob.type]).to.deep.equal([content.length, 'text/x-own'])
    for (let time = 0; time < 2; time++)
      expect((await text(blob.stream() as unknown as AsyncIterable<Buffer>)) === content).to.equal(true)
  })

  it('is sent with its length, which stores ask for', async () => {
    const server = await serve((_, response) => response.end())
    try {
      await fetch(server.url, {method: 'PUT', body: watchedBlob(new Blob([content]), () => {})})
      expect(server.seen[0]?.headers['content-length']).to.equal(String(content.length))
      expect(server.seen[0]?.headers).not.to.have.property('transfer-encoding')
      expect(server.seen[0]?.body === content).to.equal(true)
    } finally {
      await server.close()
    }
  })
})
