import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {UsageError} from '../../../../src/lib/base/errors.js'
import {MINUTE, parseAge, parseSpan} from '../../../../src/lib/base/time.js'
import {loadPolicy} from '../../../../src/lib/retention/policy/load.js'
import {readRules} from '../../../../src/lib/retention/read-rules.js'
import {rejectionOf} from '../../../support/builders.js'
import {root} from '../../../support/cli.js'
import {policyFile, policyOf} from '../../../support/policies.js'

/** What a file is refused with: the first line, and those below it. Without the folder, which is another each time. */
async function refusalOf(file: string): Promise<string[]> {
  try {
    await loadPolicy(file)
  } catch (error) {
    expect(error).to.be.instanceOf(UsageError)
    const {message, suggestions} = error as UsageError
    expect(suggestions.at(-1)).to.match(/: smoltrace policy explain \S/)
    return [message, ...suggestions.slice(0, -1)].map((text) => text.replace(/^.*\/(?=[^/]*\.yaml)/, ''))
  }

  throw new Error(`${file} was taken`)
}

describe('a policy', () => {
  it('says what the flags say, and where each of it stands', async () => {
    const file = join(root, 'schemas/policy.example.yaml')
    const policy = await loadPolicy(file)
    expect(policy.file).to.equal(file)
    expect(policy.options).to.deep.equal({
      olderThan: '30d',
      status: ['failed', 'partial'],
      keepRecent: 5,
      keepWeekly: 52,
      keepBest: 3,
      by: 'success_rate',
      groupBy: ['model'],
      only: ['traces'],
      grace: '6h',
    })
    const lines = readFileSync(file, 'utf8').split('\n')
    for (const [key, line] of policy.lines)
      expect(lines[line - 1], key).to.match(new RegExp(`^ *${key.split('.').at(-1)}: `))
    expect([...policy.lines.keys()]).to.have.length(9)
  })

  it('takes one value where a list may stand, and a number of days', async () => {
    const {options} = await loadPolicy(
      policyOf('select: {older-than: 7, team: a, status: failed}', 'grace: 0', 'only: metrics'),
    )
    expect(options).to.deep.equal({
      olderThan: '7',
      team: ['a'],
      status: ['failed'],
      grace: '0',
      only: ['metrics'],
    })
  })

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

  it('takes a date as it stands, and texts in quotes that look like something else', async () => {
    const {options} = await loadPolicy(
      policyOf('select:', '  older-than: 2020-01-31', '  team: ["no", "010", \'1:30\']', '  model: "*"'),
    )
    expect(options).to.deep.equal({olderThan: '2020-01-31', team: ['no', '010', '1:30'], model: ['*']})
  })

  it('takes a byte order mark, lines of Windows, and the marks of one document', async () => {
    const file = policyFile('\uFEFF---\r\nversion: 1\r\nkeep:\r\n  recent: 3\r\n...\r\n')
    expect((await loadPolicy(file)).options).to.deep.equal({keepRecent: 3})
  })

  it('has one metric, wherever it stands', async () => {
    const beside = await loadPolicy(policyOf('select: {score-below: 0.5, by: pass}'))
    expect(beside.options).to.deep.equal({scoreBelow: 0.5, by: 'pass'})
    const both = await loadPolicy(policyOf('select: {score-below: 50}', 'keep: {best: 3, by: success}'))
    expect(both.options).to.deep.equal({scoreBelow: 50, keepBest: 3, by: 'success'})
  })
})

const AGES =
  'a number of days or 12h, 7d, 2w, 1m (30 days), 1y, a sum such as 1w3d, or a date such as 2026-01-31'
const TEXTS = 'give a text or a list of texts, in quotes where one could be read as a number or as yes or no'
const COUNT = 'give a whole number from 1 up'
const DOUBTFUL = 'which not every program reads the same way'
const TOP = 'version, select, keep, grace, only; how a cleanup is carried out is said on the command line'

/** The lines below `version: 1`, and what is said about them without the file's name. */
const REFUSED: Array<[lines: string[], ...refusals: string[]]> = [
  // The form as a whole.
  [[], '1: say which runs may go, by select, keep or both.'],
  [['only: [traces]'], '1: say which runs may go, by select, keep or both.'],
  [
    ['select:'],
    '2: select: give at least one selector below it, such as older-than: 30d, or leave it out, not an empty value.',
  ],
  [
    ['select: {}'],
    '2: select: give at least one selector below it, such as older-than: 30d, or leave it out, not a part without keys.',
  ],
  [['keep: 5'], '2: keep: give at least one keeper below it, such as recent: 5, or leave it out, not 5.'],
  [
    ['keep:', 'recent: 1'],
    '2: keep: give at least one keeper below it, such as recent: 5, or leave it out, not an empty value.',
    '3: recent: there is no such key here: recent is written as keep.recent.',
  ],
  // Numbers.
  [['keep:', '  weekly: many'], `3: keep.weekly: ${COUNT}, not "many".`],
  [['keep:', '  weekly: 0'], `3: keep.weekly: ${COUNT}, not 0.`],
  [['keep:', '  weekly: -1'], `3: keep.weekly: ${COUNT}, not -1.`],
  [['keep:', '  weekly: 1.5'], `3: keep.weekly: ${COUNT}, not 1.5.`],
  [['keep:', '  weekly: "8"'], `3: keep.weekly: ${COUNT}, not the text "8".`],
  [['keep:', '  weekly:'], `3: keep.weekly: ${COUNT}, not an empty value.`],
  [['keep:', '  weekly: [1]'], `3: keep.weekly: ${COUNT}, not a list.`],
  [['keep:', '  weekly: {a: 1}'], `3: keep.weekly: ${COUNT}, not keys.`],
  [['keep:', '  weekly: true'], `3: keep.weekly: ${COUNT}, not true.`],
  [['keep:', '  weekly: 010'], `3: keep.weekly: ${COUNT}, not 010, ${DOUBTFUL}.`],
  [['keep:', '  weekly: 0x1F'], `3: keep.weekly: ${COUNT}, not 0x1F, ${DOUBTFUL}.`],
  [['keep:', '  weekly: 1_000'], `3: keep.weekly: ${COUNT}, not 1_000, ${DOUBTFUL}.`],
  [['keep:', '  weekly: 1e3'], `3: keep.weekly: ${COUNT}, not 1e3, ${DOUBTFUL}.`],
  [['keep:', '  weekly: 1:30'], `3: keep.weekly: ${COUNT}, not 1:30, ${DOUBTFUL}.`],
  [['keep:', '  weekly: 99999999999999999999'], `3: keep.weekly: ${COUNT}, not 99999999999999999999.`],
  // Ages and spans.
  [['select:', '  older-than: 0'], `3: select.older-than: give ${AGES}, not 0.`],
  [['select:', '  older-than: -7'], `3: select.older-than: give ${AGES}, not -7.`],
  [['select:', '  older-than: 30 days'], `3: select.older-than: give ${AGES}, not "30 days".`],
  [['select:', '  older-than: 0d'], `3: select.older-than: "0d" is not an age: give ${AGES}.`],
  [
    ['select:', '  older-than: 2026-02-31'],
    `3: select.older-than: "2026-02-31" is not an age: give ${AGES}.`,
  ],
  [
    ['select:', '  older-than: 2999-01-01'],
    `3: select.older-than: "2999-01-01" lies in the future: give ${AGES}.`,
  ],
  [
    ['keep:', '  within: 2026-01-01'],
    '3: keep.within: give a number of days or 12h, 7d, 2w, 1m (30 days), 1y, or a sum such as 1w3d, not "2026-01-01".',
  ],
  [
    ['keep: {recent: 1}', 'grace: 6'],
    '3: grace: give 30min, 6h, 1d, a sum such as 1h30min, or 0 to turn it off, not 6.',
  ],
  [
    ['keep: {recent: 1}', 'grace: 5m'],
    '3: grace: give 30min, 6h, 1d, a sum such as 1h30min, or 0 to turn it off, not "5m".',
  ],
  // Texts and words.
  [['select:', '  team: no'], `3: select.team: ${TEXTS}, not no, ${DOUBTFUL}.`],
  [['select:', '  team: []'], `3: select.team: ${TEXTS}, not an empty list.`],
  [
    ['select:', '  team:', '    - a', '    - 7', '    - ""'],
    `5: select.team: ${TEXTS}, not 7.`,
    `6: select.team: ${TEXTS}, not the text "".`,
  ],
  [['select:', String.raw`  model: "a\eb"`], '3: select.model: takes a plain text of 1 to 500 characters.'],
  [
    ['select:', '  status: [failed, broken]'],
    '3: select.status: give one or more of completed, partial, failed, not "broken".',
  ],
  [
    ['keep: {recent: 1}', 'only: trace'],
    '3: only: give one or more of results, traces, metrics, not "trace".',
  ],
  [
    ['select:', '  incomplete-only: false'],
    '3: select.incomplete-only: write true, or leave the line out, not false.',
  ],
  [
    ['select:', '  unreferenced: yes'],
    `3: select.unreferenced: write true, or leave the line out, not yes, ${DOUBTFUL}.`,
  ],
  [
    ['keep:', '  best: 3', '  by: costs'],
    '4: keep.by: give one of success_rate (success), pass_at_1 (pass), avg_duration_ms (duration), total_tokens (tokens), total_cost_usd (cost), co2_emissions_g (co2), not "costs".',
  ],
  // Rules that do not go together.
  [
    ['select:', '  older-than: 3d', '  ignore-leaderboard: true'],
    '4: select.ignore-leaderboard: needs select.incomplete-only.',
  ],
  [['keep:', '  recent: 1', '  by: cost'], '4: keep.by: needs keep.best.'],
  [
    ['select:', '  older-than: 3d', '  by: cost', 'keep: {best: 3}'],
    '4: select.by: needs select.score-below.',
  ],
  [
    ['select:', '  score-below: 50', 'keep:', '  best: 3', '  by: cost'],
    '6: keep.by: keep.best goes by total_cost_usd and select.score-below by success_rate: write the same metric in both parts.',
  ],
  [
    ['select:', '  by: cost', '  score-below: 50'],
    '4: select.score-below: with select.by total_cost_usd would select the best, where less is better: give success_rate or pass_at_1.',
  ],
  [
    ['select:', '  score-below: 50', '  by: pass'],
    '3: select.score-below: takes a number above 0 and up to 1 with select.by pass_at_1.',
  ],
  [
    ['keep:', '  within: 30d', '  group-by: [model]'],
    '4: keep.group-by: needs keep.recent, keep.hourly, keep.daily, keep.weekly, keep.monthly, keep.yearly or keep.best.',
  ],
  // Keys.
  [['keep: {recent: 1}', 'bogus: 3'], `3: bogus: there is no such key: give ${TOP}.`],
  [
    ['keep:', '  weeks: 3'],
    '3: keep.weeks: there is no such key: give recent, within, hourly, daily, weekly, monthly, yearly, best, by, group-by.',
  ],
  [
    ['older-than: 3d'],
    '2: older-than: there is no such key here: older-than is written as select.older-than.',
  ],
  [['keep-weekly: 3'], '2: keep-weekly: there is no such key here: keep-weekly is written as keep.weekly.'],
  [
    ['keep:', '  groupBy: model'],
    '3: keep.groupBy: there is no such key here: group-by is written as keep.group-by.',
  ],
  [
    ['__proto__: 1', 'constructor: 2', 'keep: {recent: 1}'],
    `2: __proto__: there is no such key: give ${TOP}.`,
    `3: constructor: there is no such key: give ${TOP}.`,
  ],
  [
    ['all: true'],
    '2: all: no policy takes in every run at once: that needs "cleanup --all" and its confirmation.',
  ],
  [
    ['select:', '  run: 20260131_235959'],
    '3: select.run: a policy names no single runs: use "cleanup --run".',
  ],
  [
    ['keep: {recent: 1}', 'delete-leaderboard: true'],
    '3: delete-leaderboard: the leaderboard never goes by a policy: use "cleanup --delete-leaderboard" when it has to.',
  ],
  [['keep: {recent: 1}', 'yes: true'], `3: yes: there is no such key: give ${TOP}.`],
  [
    ['keep:', '  recent: 1', '  recent: 2', 'keep:', '  daily: 3'],
    '4: this key is there twice: leave one of them out.',
  ],
  // What YAML can and a policy does not need.
  [
    ['keep: &all', '  recent: 1'],
    '2: anchors (&) are not taken: write the value out, and put a text that begins with & in quotes.',
  ],
  [
    ['select:', '  model: *gpt*'],
    '3: aliases (*) are not taken: write the value out, and put a text that begins with * in quotes.',
  ],
  [
    ['select:', '  model: *'],
    '3: aliases (*) are not taken: write the value out, and put a text that begins with * in quotes.',
  ],
  [
    ['keep:', '  <<: {recent: 1}'],
    '3: keep.<<: there is no such key: give recent, within, hourly, daily, weekly, monthly, yearly, best, by, group-by.',
  ],
  [
    ['select:', '  model: !!str a'],
    '3: tags (!) are not taken: leave it out, and put a text that begins with ! in quotes.',
  ],
  [
    ['select:', '  model: !mine a'],
    '3: tags (!) are not taken: leave it out, and put a text that begins with ! in quotes.',
  ],
  [['keep: {recent: 1}', '---', 'version: 1'], '3: a policy is one document, and here another begins.'],
  [['? [a]', ': 1'], '2: a key has to be a word with a colon behind it.'],
  [['keep:', '\trecent: 1'], '3: indent with blanks: YAML takes no tabs there.'],
  [
    ['keep:', '  recent: 1', ' daily: 2'],
    '4: lines that belong together have to begin in the same column, and a bracket needs its end.',
  ],
  [['keep: "x'], '3: a sign is missing: a quote, a bracket, a comma or a colon.'],
  [
    ['keep: recent: 1'],
    '2: a line holds one key and one colon: begin a new line, or put the text in quotes.',
  ],
  [['keep: {recent: 1}', '}'], '3: this does not belong here.'],
  [['select:', '  model: @x'], '3: a text that begins with this sign has to stand in quotes.'],
]

describe('a policy is refused', () => {
  for (const [lines, ...refusals] of REFUSED) {
    it(`for ${JSON.stringify(lines.join('\n'))}`, async () => {
      expect(await refusalOf(policyOf(...lines))).to.deep.equal(refusals.map((text) => `policy.yaml:${text}`))
    })
  }

  const texts: Array<[title: string, text: Uint8Array | string, refusal: string]> = [
    ['an empty file', '', 'policy.yaml: there is nothing in it: begin with "version: 1".'],
    ['a comment alone', '# later\n', 'policy.yaml: there is nothing in it: begin with "version: 1".'],
    ['null', 'null\n', 'policy.yaml: there is nothing in it: begin with "version: 1".'],
    ['a text', 'keep all', 'policy.yaml:1: say which runs may go, by select, keep or both, not "keep all".'],
    ['a list', '- a', 'policy.yaml:1: say which runs may go, by select, keep or both, not a list.'],
    ['no version', 'keep: {recent: 1}', 'policy.yaml: version: it is missing: begin with "version: 1".'],
    [
      'another version',
      'version: 2\nkeep: {recent: 1}',
      'policy.yaml:1: version: write 1: this program reads version 1 of policies, not 2.',
    ],
    [
      'a version in quotes',
      'version: "1"\nkeep: {recent: 1}',
      'policy.yaml:1: version: write 1: this program reads version 1 of policies, not the text "1".',
    ],
    [
      'a directive',
      '%YAML 1.1\n---\nversion: 1\nkeep: {recent: 1}\n',
      'policy.yaml:1: directives (%) are not taken: leave the line out.',
    ],
    ['Latin-1', Buffer.from('version: 1 # für', 'latin1'), 'policy.yaml: it is not text in UTF-8.'],
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
    expect(await refusalOf(join(folder, 'none.yaml'))).to.deep.equal(['none.yaml: there is no such file.'])
    expect(await refusalOf(folder)).to.deep.equal([`${folder}: it is not a plain file.`])
    if (process.platform === 'win32') return
    const pipe = join(folder, 'pipe.yaml')
    execFileSync('mkfifo', [pipe])
    expect(await refusalOf(pipe)).to.deep.equal(['pipe.yaml: it is not a plain file.'])
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
