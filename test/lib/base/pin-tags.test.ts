import {expect} from 'chai'

import {coversUntil, isPinTag, type PinTag, pinTagFor, readPinTag} from '../../../src/lib/base/pin-tags.js'

const doubtful = {isDoubtful: true}
const DOES_NOT_END = undefined

describe('pin tags', () => {
  const cases: Array<[tag: string, said: Partial<PinTag> | undefined]> = [
    ['smoltrace-pinned', {isDoubtful: false}],
    ['smoltrace-pinned-until-20261231', {until: '2026-12-31', isDoubtful: false}],
    ['smoltrace-pinned-until-20240229', {until: '2024-02-29', isDoubtful: false}],
    ['smoltrace-pinned-until-20261399', doubtful],
    ['smoltrace-pinned-until-20260229', doubtful],
    ['smoltrace-pinned-until-2026-12-31', doubtful],
    ['smoltrace-pinned-until-202612311', doubtful],
    ['smoltrace-pinned-x', doubtful],
    ['smoltrace-pinned ', doubtful],
    ['smoltrace-pin', doubtful],
    ['Smoltrace-Pinned', doubtful],
    ['smoltrace_pinned', doubtful],
    [' smoltrace-pinned', doubtful],
    ['#smoltrace-pinned', doubtful],
    ['smoltrace - pinned', doubtful],
    ['smoltrace\u2013pinned', doubtful],
    ['smol-trace-pinned', doubtful],
    ['sm\u200Boltrace-pinned', doubtful],
    ['smol\u00ADtrace-pinned', doubtful],
    ['\uFF33moltrace-pinned', doubtful],
    ['SMOLTRACEPINNED', doubtful],
    ['smoltrace-unpinned', undefined],
    ['smoltrace', undefined],
    ['not-smoltrace-pinned', undefined],
    ['pinned', undefined],
  ]
  for (const [tag, said] of cases) {
    it(`${JSON.stringify(tag)}: ${said ? (said.isDoubtful ? 'in doubt' : (said.until ?? 'until it is lifted')) : 'no pin'}`, () => {
      expect(isPinTag(tag)).to.equal(said !== undefined)
      if (said) expect(readPinTag(tag)).to.deep.equal({text: tag, ...said})
    })
  }

  it('are written as they are read', () => {
    const forGood = pinTagFor(DOES_NOT_END)
    expect(readPinTag(forGood)).not.to.have.property('until')
    expect(readPinTag(pinTagFor('2026-12-31'))).to.include({until: '2026-12-31', isDoubtful: false})
  })

  it('hold as long as another, or not', () => {
    expect(coversUntil('smoltrace-pinned', DOES_NOT_END)).to.equal(true)
    expect(coversUntil('smoltrace-pinned', '9999-12-31')).to.equal(true)
    expect(coversUntil('smoltrace-pinned-until-20261231', DOES_NOT_END)).to.equal(false)
    expect(coversUntil('smoltrace-pinned-until-20261231', '2027-01-01')).to.equal(false)
    expect(coversUntil('smoltrace-pinned-until-20261399', '2026-01-01')).to.equal(false)
  })
})
