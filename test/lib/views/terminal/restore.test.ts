import {expect} from 'chai'

import {type RestoreOutcome, type RestoreStatus} from '../../../../src/lib/archive/restore-runs.js'
import {type RestoreResult} from '../../../../src/lib/archive/restore.js'
import {formatRestore} from '../../../../src/lib/views/terminal/restore.js'
import {PLAIN} from '../../../support/builders.js'

const NAME = 'mira/smoltrace-results-20260105_113000'

function outcome(status: RestoreStatus, more: Partial<RestoreOutcome> = {}): RestoreOutcome {
  return {name: NAME, status, visibility: 'private', files: 3, bytes: 12_000_000, ...more}
}

function shown(outcomes: RestoreOutcome[], more: Partial<RestoreResult> = {}, width?: number): string {
  const counts = {restored: 0, restorable: 0, present: 0, refused: 0, failed: 0, unattempted: 0}
  for (const {status} of outcomes) counts[status]++
  const place = {endpoint: 'https://huggingface.co', namespace: 'mira', dir: 'archive'}
  const done = {...place, dryRun: false, interrupted: false, outcomes, counts, warnings: [], ...more}
  return formatRestore(done, {style: PLAIN, width}, 'smoltrace restore archive')
}

describe('the summary of a restore', () => {
  it('names every dataset, its outcome, and why; no control character gets through', () => {
    const refused = outcome('refused', {name: 'mira/x', reason: '"README.md\u001B" is missing'})
    const text = shown([outcome('restored'), refused])
    expect(text).to.match(new RegExp(`^${NAME} +3 +12 MB +private +restored$`, 'm'))
    expect(text).to.match(/^mira\/x .* refused: "README.md " is missing$/m)
    expect(text).to.match(/^Not everything was restored\.\nRestored +1 dataset\nRefused +1 dataset$/m)
  })

  it('says that a restored dataset is new for --older-than, and only then', () => {
    const says = (status: RestoreStatus) => shown([outcome(status)]).includes('counts from today')
    const statuses = ['restored', 'restorable', 'present', 'refused'] as const
    expect(statuses.map((status) => says(status))).to.deep.equal([true, true, false, false])
  })

  it('lists of many on a terminal only what is not there, and all of them on a pipe', () => {
    const many = [
      ...Array.from({length: 45}, () => outcome('restored')),
      outcome('failed', {name: 'mira/x', reason: '403'}),
    ]
    const onTerminal = shown(many, {}, 80)
    expect(onTerminal).not.to.include(NAME)
    expect(onTerminal)
      .to.match(/^mira\/x .* failed: 403$/m)
      .and.match(/^Restored +45 datasets$/m)
    expect(shown(many).match(new RegExp(NAME, 'g'))).to.have.length(45)
    expect(shown(many.slice(0, 40), {}, 80)).to.include(NAME)
  })

  it('ends a dry run with the command that restores, where there is something to restore', () => {
    const dry = (status: RestoreStatus) => shown([outcome(status)], {dryRun: true})
    expect(dry('restorable')).to.match(/To restore it:\n {2}smoltrace restore archive$/)
    expect(dry('present')).not.to.include('smoltrace restore')
    expect(shown([outcome('restored')])).not.to.include('smoltrace restore')
  })

  it('ends with the command that restores the rest, where trying again may help', () => {
    for (const [status, more] of [
      ['failed', {}],
      ['unattempted', {interrupted: true}],
    ] as const)
      expect(shown([outcome('restored'), outcome(status)], more, 60)).to.match(
        /\n\nTo restore the rest:\n {2}smoltrace restore archive$/,
      )
    expect(shown([outcome('refused')])).not.to.include('smoltrace restore')
  })

  it('shows on a terminal why many were not attempted once, and names each on a pipe', () => {
    const left = (count: number) =>
      Array.from({length: count}, () => outcome('unattempted', {reason: 'interrupted'}))
    const text = shown([outcome('restored'), ...left(4)], {interrupted: true}, 60)
    expect(text.match(new RegExp(NAME, 'g'))).to.have.length(1)
    expect(text).to.match(/^Not attempted +4 datasets: interrupted$/m)
    for (const [count, width] of [
      [3, 60],
      [4, undefined],
    ] as const)
      expect(shown(left(count), {interrupted: true}, width).match(new RegExp(NAME, 'g'))).to.have.length(
        count,
      )
  })

  for (const [more, status, headline] of [
    [{}, 'restored', 'Restore complete.'],
    [{interrupted: true}, 'unattempted', 'Interrupted: not everything was restored.'],
    [{dryRun: true}, 'restorable', 'This is a dry run: nothing was created.'],
    [{dryRun: true}, 'refused', 'Not everything can be restored.'],
  ] as const)
    it(`has the headline "${headline}"`, () => {
      expect(shown([outcome(status)], more)).to.include(headline)
    })
})
