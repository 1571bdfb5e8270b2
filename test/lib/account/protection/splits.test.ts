import {expect} from 'chai'

import {CardError} from '../../../../src/lib/account/protection/card.js'
import {type ChangedFile, fitSplits} from '../../../../src/lib/account/protection/splits.js'

const FILES: ChangedFile[] = [
  {path: 'data/train-00000-of-00002.parquet', size: 900, rows: 40, shrunkBy: 500},
  {path: 'data/train-00001-of-00002.parquet', size: 100, rows: 10, shrunkBy: 0},
  {path: 'data/test-00000-of-00001-0123456789abcdef.parquet', size: 50, rows: 5, shrunkBy: 0},
]

/** As `datasets` writes it. */
const card = (train: [rows: number, bytes: number], size: number, whole: number) => `---
license: apache-2.0
dataset_info:
  features:
  - name: num_examples
    dtype: string
  splits:
  - name: train
    num_bytes: ${train[1]} # in memory
    num_examples: ${train[0]}
  - name: test
    num_bytes: 800
    num_examples: 5
  download_size: ${size}
  dataset_size: ${whole}
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*
---

# Board of 60 evaluations, num_examples: 60
`

describe('what a card says of splits', () => {
  it('fits the files after a change, and no other byte changes', () => {
    const before = card([60, 9000], 1700, 9800)
    expect(fitSplits(before, FILES)).to.equal(card([50, 8500], 1050, 9300))
    expect(fitSplits(before.replaceAll('\n', '\r\n'), FILES)).to.equal(
      card([50, 8500], 1050, 9300).replaceAll('\n', '\r\n'),
    )
    expect(
      fitSplits(
        fitSplits(before, FILES),
        FILES.map((file) => ({...file, shrunkBy: 0})),
      ),
    ).to.equal(card([50, 8500], 1050, 9300))
  })

  const kept: Array<[what: string, text: string]> = [
    ['nothing', ''],
    ['no front matter', '# num_examples: 3\n'],
    ['no dataset_info', '---\nlicense: mit\n---\n'],
    ['an empty dataset_info', '---\ndataset_info:\n---\n'],
    ['no numbers', '---\ndataset_info:\n  features: []\n---\n'],
    [
      'splits of other files',
      '---\ndataset_info:\n  splits:\n  - name: validation\n    num_examples: 3\n---\n',
    ],
    ['what is not YAML, and nothing of dataset_info', '---\n: : {\n---\n'],
  ]
  for (const [what, text] of kept)
    it(`is kept where there is ${what}`, () => {
      expect(fitSplits(text, FILES)).to.equal(text)
    })

  it('fits where the splits are written in one line, or in a list of one', () => {
    const flow = (rows: number) =>
      `---\ndataset_info: [{splits: [{name: train, num_examples: ${rows}}]}]\n---\n`
    expect(fitSplits(flow(60), FILES)).to.equal(flow(50))
  })

  const refused: Array<[why: RegExp, front: string]> = [
    [/several configurations/, 'dataset_info:\n- config_name: a\n- config_name: b\n'],
    [/several configurations/, 'dataset_info: none\n'],
    [
      /num_examples that is not a whole number/,
      'dataset_info: {splits: [{name: train, num_examples: many}]}\n',
    ],
    [
      /num_examples that is not a whole number/,
      'n: &n 3\ndataset_info: {splits: [{name: train, num_examples: *n}]}\n',
    ],
    [/no list of splits/, 'dataset_info: {splits: {train: {num_examples: 3}}}\n'],
    [/not a mapping/, 'dataset_info: {splits: [train]}\n'],
    [/not valid YAML/, 'dataset_info: {splits: [\n'],
  ]
  for (const [why, front] of refused)
    it(`is not changed, and the reason given, where it is ${JSON.stringify(front)}`, () => {
      expect(() => fitSplits(`---\n${front}---\n`, FILES)).to.throw(CardError, why)
    })

  it('is not changed where the files are in several folders', () => {
    const files = [...FILES, {path: 'more/train.parquet', size: 1, rows: 1, shrunkBy: 0}]
    expect(() => fitSplits(card([60, 9000], 1700, 9800), files)).to.throw(CardError, /several folders/)
    expect(fitSplits('---\ntags: []\n---\n', files)).to.equal('---\ntags: []\n---\n')
  })
})
