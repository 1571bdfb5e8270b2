import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {UsageError} from '../../../../src/lib/base/errors.js'
import {MINUTE, parseAge, parseSpan} from '../../../../src/lib/base/time.js'
import {loadPolicy} from '../../../../src/lib/retention/policy/load.js'
import {readRules} from '../../../../src/lib/retention/read-rules.js'
import {type RetentionOptions} from '../../../../src/lib/retention/rules.js'
import {rejectionOf} from '../../../support/builders.js'
import {root} from '../../../support/cli.js'
import {expectGolden, GOLDENS} from '../../../support/golden.js'
import {policyFile, policyOf} from '../../../support/policies.js'

/** What a file is refused with: the first line, and those below it. Without the folder, which is another each time. */
async function refusalOf(file: string, next = /: smoltrace policy explain \S/): Promise<string[]> {
  const error = await rejectionOf(loadPolicy(file))
  expect(error).to.be.instanceOf(UsageError)
  const {message, suggestions} = error as UsageError
  expect(suggestions.at(-1)).to.match(next)
  return [message, ...suggestions.slice(0, -1)].map((text) => text.replace(/^.*\/(?=[^/]*\.yaml)/, ''))
}

describe('a policy', () => {
  it('is the same in the package and in the docs', async () => {
    const [, shown = ''] =
      /```yaml\n(# yaml-language-server.*?)```/s.exec(readFileSync(join(root, 'docs/policies.md'), 'utf8')) ??
      []
    const {options} = await loadPolicy(join(root, 'schemas/policy.example.yaml'))
    expect((await loadPolicy(policyFile(shown))).options).to.deep.equal(options)
  })

  it('says what the flags say, and where each of it stands', async () => {
    const file = join(root, 'schemas/policy.example.yaml')
    const policy = await loadPolicy(file)
    expect(policy.file).to.equal(file)
    expect(policy.options).to.deep.equal({
      olderThan: '30d',
      keepRecent: 5,
      keepMonthly: 6,
      keepBest: 3,
      by: 'success_rate',
      trash: true,
    })
    const lines = readFileSync(file, 'utf8').split('\n')
    expect(lines[0]).to.match(
      /^# yaml-language-server: \$schema=https:\/\/\S+\/schemas\/policy\.schema\.json$/,
    )
    for (const [key, line] of policy.lines)
      expect(lines[line - 1], key).to.match(new RegExp(`^ *${key.split('.').at(-1)}: `))
    expect([...policy.lines.keys()]).to.have.length(6)
  })

  const taken: Array<[title: string, lines: string[], options: RetentionOptions]> = [
    [
      'one value where a list may stand, and a number of days',
      ['select: {older-than: 7, team: a, status: failed}', 'grace: 0', 'only: metrics'],
      {olderThan: '7', team: ['a'], status: ['failed'], grace: '0', only: ['metrics']},
    ],
    [
      'a date as it stands, and texts in quotes that look like something else',
      ['select:', '  older-than: 2020-01-31', '  team: ["no", "010", \'1:30\']', '  model: "*"'],
      {olderThan: '2020-01-31', team: ['no', '010', '1:30'], model: ['*']},
    ],
    ['a metric beside a limit', ['select: {score-below: 0.5, by: pass}'], {scoreBelow: 0.5, by: 'pass'}],
    [
      'the same metric for a limit',
      ['select: {score-below: 50}', 'keep: {best: 3, by: success}'],
      {scoreBelow: 50, keepBest: 3, by: 'success'},
    ],
  ]
  for (const [title, lines, options] of taken) {
    it(`takes ${title}`, async () => {
      expect((await loadPolicy(policyOf(...lines))).options).to.deep.equal(options)
    })
  }

  it('[S4] takes ages in capitals and with white space around them', async () => {
    const {options} = await loadPolicy(
      policyOf('select: {older-than: 1M}', 'keep: {within: " 2W "}', String.raw`grace: "\t30MIN "`),
    )
    expect(readRules(options)).to.deep.include({
      olderThan: parseAge('1m'),
      keepWithin: parseSpan('2w'),
      graceMs: 30 * MINUTE,
    })
    const bare = await rejectionOf(loadPolicy(policyOf('keep: {recent: 1}', 'grace: 5M')))
    expect(bare).to.be.instanceOf(UsageError)
  })

  it('takes a byte order mark, lines of Windows, and the marks of one document', async () => {
    const file = policyFile('\uFEFF---\r\nversion: 1\r\nkeep:\r\n  recent: 3\r\n...\r\n')
    expect((await loadPolicy(file)).options).to.deep.equal({keepRecent: 3})
  })
})

describe('a policy is refused', () => {
  it('for what its lines say, line by line', async () => {
    const file = 'policy-refusals.txt'
    const blocks = readFileSync(join(GOLDENS, file), 'utf8').trimEnd().split('\n\n')
    const said = blocks.map(async (block) => {
      const lines = block.split('\n').filter((line) => !line.startsWith('→ '))
      if (block.startsWith('# ')) return block
      const refusals = await refusalOf(policyOf(...lines))
      return [...lines, ...refusals.map((text) => `→ ${text}`)].join('\n')
    })
    expectGolden(file, (await Promise.all(said)).join('\n\n'))
  })

  const VERSION = 'is not valid: use 1 (the supported policy version)'
  const EMPTY = 'it is empty: start the file with "version: 1".'
  const texts: Array<[title: string, text: Uint8Array | string, refusal: string]> = [
    ['an empty file', '', `policy.yaml: ${EMPTY}`],
    ['a comment alone', '# later\n', `policy.yaml: ${EMPTY}`],
    [
      'a list',
      '- a',
      'policy.yaml:1: a list is not valid: add select, keep or both to choose which runs can be deleted.',
    ],
    ['no version', 'keep: {recent: 1}', 'policy.yaml: version: missing: start the file with "version: 1".'],
    [
      'a version in quotes',
      'version: "1"\nkeep: {recent: 1}',
      `policy.yaml:1: version: the text "1" ${VERSION}.`,
    ],
    [
      'a directive',
      '%YAML 1.1\n---\nkeep: {recent: 1}',
      'policy.yaml:1: directives (%) are not allowed: remove the line.',
    ],
    ['Latin-1', Buffer.from('version: 1 # für', 'latin1'), 'policy.yaml: it is not valid UTF-8 text.'],
    ['UTF-16', Buffer.from('\uFEFFversion: 1', 'utf16le'), 'policy.yaml: it is in UTF-16: save it as UTF-8.'],
    ['a text of 65 KiB', `#${'x'.repeat(65 * 1024)}`, 'policy.yaml: it is larger than 64 KiB.'],
  ]
  for (const [title, text, refusal] of texts) {
    it(`for ${title}`, async () => {
      expect(await refusalOf(policyFile(text))).to.deep.equal([refusal])
    })
  }

  for (const sign of ['[', '{a: ', '- ', '? ']) {
    it(`for thousands of ${sign}, which would end the parser and the program`, async () => {
      const refusal = 'policy.yaml:3: lists and keys are nested too deeply here.'
      expect(await refusalOf(policyOf('# - - [[', sign.repeat(15_000)))).to.deep.equal([refusal])
    })
  }

  it('for a file that is not there, a folder and a pipe', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'smoltrace-policy-'))
    // A file that is missing cannot be fixed.
    const next = /^Use the path of a policy file in YAML\.$/
    expect(await refusalOf(join(folder, 'none.yaml'), next)).to.deep.equal(['none.yaml: no such file.'])
    expect(await refusalOf(folder, next)).to.deep.equal([`${folder}: it is not a regular file.`])
    if (process.platform === 'win32') return
    const pipe = join(folder, 'pipe.yaml')
    execFileSync('mkfifo', [pipe])
    expect(await refusalOf(pipe, next)).to.deep.equal(['pipe.yaml: it is not a regular file.'])
  })

  it('with at most ten more lines', async () => {
    const keys = Array.from({length: 15}, (_, index) => `bogus${index}: 1`)
    const lines = await refusalOf(policyOf('keep: {recent: 1}', ...keys))
    expect(lines).to.have.length(12)
    expect(lines.at(-1)).to.equal('And 4 more.')
  })

  it('in words that are safe for a terminal', async () => {
    const [message] = await refusalOf(policyOf('keep: {recent: 1}', String.raw`"a\e[2Jb": 1`))
    expect(message)
      .to.include('a [2Jb')
      .and.not.match(/[\u0000-\u001F]/)
  })
})
