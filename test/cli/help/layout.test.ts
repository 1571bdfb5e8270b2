import {expect} from 'chai'

import {layOutEntries, widthOfTerms, wrapCommand} from '../../../src/cli/help/layout.js'

describe('the layout of help', () => {
  const entries: Array<[string, string]> = [
    ['--all', 'Every run that there is, whatever its age.'],
    ['--model PATTERN', ''],
  ]

  it('sets meanings under each other, and goes on below them', () => {
    expect(widthOfTerms(entries)).to.equal(15)
    expect(layOutEntries(entries, 15, 50)).to.equal(
      [
        '--all            Every run that there is, whatever',
        '                 its age.',
        '--model PATTERN',
      ].join('\n'),
    )
  })

  it('sets a meaning below its term where there is little room', () => {
    expect(layOutEntries(entries, 15, 40)).to.equal(
      ['--all', '    Every run that there is, whatever', '    its age.', '--model PATTERN'].join('\n'),
    )
  })

  it('breaks a command between words, never within quotes, and so that a shell goes on', () => {
    const line = `$ x list --json | jq '.a | .b' --more`
    expect(wrapCommand(line, 26, '\\')).to.equal(
      ['$ x list --json | jq \\', String.raw`    '.a | .b' --more`].join('\n'),
    )
    expect(wrapCommand(line, 80, '\\')).to.equal(line)
  })
})
