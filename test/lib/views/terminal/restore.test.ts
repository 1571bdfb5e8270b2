import {expect} from 'chai'
import stringWidth from 'string-width'

import {type RestoreOutcome, type RestoreStatus} from '../../../../src/lib/archive/restore-runs.js'
import {type RestoreResult} from '../../../../src/lib/archive/restore.js'
import {describeRestored, formatRestore} from '../../../../src/lib/views/terminal/restore.js'
import {PLAIN} from '../../../support/builders.js'

const NAME = 'mira/smoltrace-results-20260105_113000'
const SCREEN = {style: PLAIN, width: undefined}

function outcome(status: RestoreStatus, more: Partial<RestoreOutcome> = {}): RestoreOutcome {
  return {name: NAME, status, visibility: 'private', files: 3, bytes: 12_000_000, ...more}
}

function resultOf(outcomes: RestoreOutcome[], more: Partial<RestoreResult> = {}): RestoreResult {
  const counts = {restored: 0, restorable: 0, present: 0, refused: 0, failed: 0, unattempted: 0}
  for (const {status} of outcomes) counts[status]++
  return {
    endpoint: 'https://huggingface.co',
    namespace: 'mira',
    dir: 'archive',
    dryRun: false,
    interrupted: false,
    outcomes,
    counts,
    warnings: [],
    ...more,
  }
}

describe('the summary of a restore', () => {
  it('names every dataset, what became of it, and why', () => {
    const text = formatRestore(
      resultOf([outcome('restored'), outcome('refused', {name: 'mira/x', reason: '"README.md" is missing'})]),
      SCREEN,
    )
    expect(text).to.match(new RegExp(`^${NAME} +3 +12 MB +its owners +restored$`, 'm'))
    expect(text).to.match(/^mira\/x .* refused: "README.md" is missing$/m)
    expect(text).to.include('Not everything was restored.')
    expect(text)
      .to.match(/^Restored +1 dataset$/m)
      .and.to.match(/^Refused +1 dataset$/m)
  })

  it('says that a restored dataset is new for --older-than, and only then', () => {
    const note = '`--older-than` counts from today for it'
    for (const status of ['restored', 'restorable'] as const)
      expect(formatRestore(resultOf([outcome(status)]), SCREEN)).to.include(note)
    for (const status of ['present', 'refused'] as const)
      expect(formatRestore(resultOf([outcome(status)]), SCREEN)).not.to.include(note)
  })

  for (const [title, more, status, headline] of [
    ['that is complete', {}, 'restored', 'Restore complete.'],
    ['that was interrupted', {interrupted: true}, 'unattempted', 'Interrupted: restore again'],
    ['that was a dry run', {dryRun: true}, 'restorable', 'This is a dry run: nothing was created.'],
    ['that was a dry run and found a problem', {dryRun: true}, 'refused', 'Not everything can be restored.'],
  ] as const)
    it(`has a headline for one ${title}`, () => {
      expect(formatRestore(resultOf([outcome(status)], more), SCREEN)).to.include(headline)
    })

  it('fits a terminal of 80 columns', () => {
    const reason = 'it was public behind a gate (manual): private until you set the gate again'
    const text = formatRestore(resultOf([outcome('restored', {reason}), outcome('present')]), {
      style: PLAIN,
      width: 80,
    })
    const [table = ''] = text.split('\n\n').slice(1)
    for (const line of table.split('\n')) expect(stringWidth(line)).to.be.at.most(80)
    expect(table.replaceAll(/\s+/g, ' ')).to.include('set the gate again')
  })

  it('breaks what it says at the end between words', () => {
    const notes = formatRestore(resultOf([outcome('restored')]), {style: PLAIN, width: 60})
      .split('\n\n')
      .at(-1)
    expect(notes).to.include('--older-than')
    for (const line of (notes ?? '').split('\n')) expect(stringWidth(line), line).to.be.at.most(60)
  })

  it('lets no control character through', () => {
    const text = formatRestore(
      resultOf([outcome('refused', {name: 'a\u001B[2Jb', reason: 'x\u0007y'})]),
      SCREEN,
    )
    expect(text).not.to.match(/[\u0007\u001B]/)
  })

  it('has one line for one dataset', () => {
    expect(describeRestored(outcome('present', {files: 1}))).to.equal(
      `${NAME} (1 file, 12 MB): already there`,
    )
  })
})
