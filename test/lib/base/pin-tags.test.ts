import {expect} from 'chai'

import {coversUntil, isPinTag, type PinTag, pinTagFor, readPinTag} from '../../../src/lib/base/pin-tags.js'

const DOUBTFUL = [
  ...['20261399', '20260229', '2026-12-31', '202612311'].map((day) => `smoltrace-pinned-until-${day}`),
  ...'smoltrace-pinned-x|smoltrace-pinned |smoltrace-pin|Smoltrace-Pinned|smoltrace_pinned'.split('|'),
  ...'#smoltrace-pinned|smoltrace - pinned|smoltrace\u2013pinned|smol-trace-pinned'.split('|'),
  ...'sm\u200Boltrace-pinned|\uFF33moltrace-pinned|SMOLTRACEPINNED'.split('|'),
]
const DOES_NOT_END = undefined

describe('pin tags', () => {
  const cases: Array<[tag: string, said: Partial<PinTag>]> = [
    ['smoltrace-pinned', {isDoubtful: false}],
    ['smoltrace-pinned-until-20261231', {until: '2026-12-31', isDoubtful: false}],
    ['smoltrace-pinned-until-20240229', {until: '2024-02-29', isDoubtful: false}],
    ...DOUBTFUL.map((tag): [string, object] => [tag, {isDoubtful: true}]),
  ]
  for (const [tag, said] of cases) {
    it(`hold for ${JSON.stringify(tag)}${said.isDoubtful ? ', in doubt' : ''}`, () => {
      expect(isPinTag(tag)).to.equal(true)
      expect(readPinTag(tag)).to.deep.equal({text: tag, ...said})
    })
  }

  it('are no other tags', () => {
    for (const tag of ['smoltrace-unpinned', 'smoltrace', 'not-smoltrace-pinned', 'pinned'])
      expect(isPinTag(tag), tag).to.equal(false)
  })

  it('are written as they are read, and hold as long as another, or not', () => {
    const [forGood, untilEnd] = [pinTagFor(DOES_NOT_END), pinTagFor('2026-12-31')]
    expect([forGood, untilEnd]).to.deep.equal(['smoltrace-pinned', 'smoltrace-pinned-until-20261231'])
    for (const until of [DOES_NOT_END, '9999-12-31']) expect(coversUntil(forGood, until)).to.equal(true)
    for (const until of [DOES_NOT_END, '2027-01-01']) expect(coversUntil(untilEnd, until)).to.equal(false)
    expect(coversUntil(untilEnd, '2026-12-31')).to.equal(true)
    expect(coversUntil('smoltrace-pinned-until-20261399', '2026-01-01')).to.equal(false)
  })
})
