import {expect} from 'chai'

import {setVariables} from '../../../src/cli/output.js'
import {Status} from '../../../src/cli/progress/status.js'
import {streamOf} from '../../support/builders.js'
import {Screen} from '../../support/pty.js'

describe('the line that says what is waited for', () => {
  let restore: () => void
  const {setTimeout} = globalThis
  /** What is to happen next, and in how many ms. */
  let timer: {ms: number; run: () => void} | undefined

  const seenOn = ({text}: {text: string}) => {
    const screen = new Screen(5, 40)
    screen.write(text)
    return screen.everything()
  }

  beforeEach(() => {
    restore = setVariables({CI: undefined, TERM: 'xterm'})
    timer = undefined
    globalThis.setTimeout = ((run: () => void, ms: number) => {
      timer = {ms, run}
      return {unref() {}}
    }) as unknown as typeof setTimeout
  })

  afterEach(() => {
    globalThis.setTimeout = setTimeout
    restore()
  })

  it('appears after half a second, in place of the one before, is cut at the edge, and leaves nothing behind', () => {
    const stream = streamOf({isTTY: true, columns: 40})
    const status = new Status(stream)
    status.show('reading sizes')
    status.show('listing mira')
    expect(stream.text).to.equal('')
    expect(timer?.ms).to.equal(500)
    timer?.run()
    expect(seenOn(stream)).to.deep.equal(['Listing mira…'])
    status.show('listing a namespace whose name is very long')
    expect(seenOn(stream)).to.deep.equal(['Listing a namespace whose name is very…'])
    status.clear()
    expect(seenOn(stream)).to.deep.equal([''])
  })

  it('is not drawn where the answer comes before that, and begins to wait again afterwards', () => {
    const stream = streamOf({isTTY: true})
    const status = new Status(stream)
    status.show('listing mira')
    status.clear()
    status.show('reading the pins')
    expect(timer?.ms).to.equal(500)
    expect(stream.text).to.equal('')
  })

  it('counts a pause down, then says again what is waited for', () => {
    const stream = streamOf({isTTY: true, columns: 80})
    const status = new Status(stream)
    status.show('listing mira')
    status.wait({why: 'quota', ms: 60_000})
    timer?.run()
    expect(seenOn(stream).join('')).to.match(/^Rate limit reached, resuming in (60|59) s…$/)
    status.wait({why: 'quota', ms: 0})
    timer?.run()
    expect(seenOn(stream)).to.deep.equal(['Listing mira…'])
  })

  for (const [where, facts, variables] of [
    ['off a terminal', {isTTY: false}, {}],
    ['in CI', {isTTY: true}, {CI: 'true'}],
    ['where the cursor does not move', {isTTY: true}, {TERM: 'dumb'}],
  ] as const)
    it(`is not drawn ${where}`, () => {
      Object.assign(process.env, variables)
      const stream = streamOf(facts)
      const status = new Status(stream)
      status.show('listing mira')
      expect(timer).to.equal(undefined)
      status.clear()
      expect(stream.text).to.equal('')
    })
})
