import {expect} from 'chai'
import {setImmediate as nextTurn} from 'node:timers/promises'

import {
  each,
  joined,
  lines,
  paragraphs,
  whole,
  writePieces,
} from '../../../../src/lib/views/terminal/layout.js'

/** Keeps what is written, a text for each write. */
function sink() {
  const written: string[] = []
  return {
    written,
    write(text: string, _encoding: 'utf8', onTaken: () => void) {
      written.push(text)
      setImmediate(onTaken)
      return true
    },
  }
}

describe('a text in pieces', () => {
  it('is joined without what has no text', () => {
    expect(whole(joined(['', 'a', [], ['', 'b', 'c'], [''], 'd'], '-'))).to.equal('a-bc-d')
    expect(whole(paragraphs(['a', '', 'b']))).to.equal('a\n\nb')
    expect(whole(lines([]))).to.equal('')
    expect(whole(lines(each(['a', '', 'b'], (text, index) => `${index}${text}`)))).to.equal('0a\n1\n2b')
  })

  it('is written whole, short ones at once', async () => {
    const stream = sink()
    const isWritten = writePieces(stream, ['a', '', 'b'])
    expect(stream.written).to.deep.equal(['ab'])
    await isWritten
    expect(stream.written).to.deep.equal(['ab'])
  })

  it('is written in few writes, of which none is large', async () => {
    const stream = sink()
    const texts = Array.from({length: 30_000}, (_, index) => `line ${index} ${'x'.repeat(80)}`)
    await writePieces(stream, lines(texts))
    expect(stream.written.join('')).to.equal(texts.join('\n'))
    expect(stream.written.length).to.be.within(10, 100)
    expect(Math.max(...stream.written.map(({length}) => length))).to.be.below(100_000)
  })

  it('is written no faster than it is taken', async () => {
    const taken: Array<() => void> = []
    const write = (_text: string, _encoding: 'utf8', onTaken: () => void) => taken.push(onTaken) > 0
    const end = {isWritten: false}
    const isOver = writePieces({write}, ['x'.repeat(70_000), 'y']).then(() => {
      end.isWritten = true
    })
    await nextTurn()
    expect(taken).to.have.length(1)
    taken[0]?.()
    await nextTurn()
    expect({...end, writes: taken.length}).to.deep.equal({isWritten: false, writes: 2})
    taken[1]?.()
    await isOver
    expect(end.isWritten).to.equal(true)
  })

  it('is made while it is written, not before', async () => {
    let made = 0
    const stream = sink()
    let madeAtFirst = 0
    const write = (text: string, encoding: 'utf8', onTaken: () => void) => {
      madeAtFirst ||= made
      return stream.write(text, encoding, onTaken)
    }

    const numbers = Array.from({length: 30_000}, (_, index) => index)
    await writePieces({write}, lines(each(numbers, () => `${++made} ${'x'.repeat(80)}`)))
    expect(madeAtFirst).to.be.within(1, 2000)
    expect(made).to.equal(30_000)
  })
})
