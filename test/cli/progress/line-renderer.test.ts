import {expect} from 'chai'

import {type Board} from '../../../src/cli/progress/board.js'
import {LineRenderer} from '../../../src/cli/progress/line-renderer.js'
import {Rows} from '../../../src/cli/progress/rows.js'
import {type Outcome} from '../../../src/lib/cleanup/outcomes.js'

/** Plays a deletion of so many datasets, one each `stepMs`; returns the lines. */
function play(count: number, stepMs: number, outcomeOf: (index: number) => Omit<Outcome, 'name'>): string[] {
  const names = Array.from({length: count}, (_, index) => `kim/${index}`)
  const rows = new Rows(names)
  let text = ''
  let now = 0
  const stream = {
    write(piece: string) {
      text += piece
      return true
    },
  } as NodeJS.WriteStream
  const board: Board = {stream, rows, note: '', begunAt: 0, announce() {}, finished() {}, abandon() {}}
  const renderer = new LineRenderer([], {board, clock: () => now})
  renderer.render()
  for (const [index, name] of names.entries()) {
    now += stepMs
    rows.start(name)
    const row = rows.finish({name, ...outcomeOf(index)})
    if (row) board.finished(row)
  }

  renderer.end()
  return text.split('\n').slice(0, -1)
}

describe('the list of a deletion without a terminal', () => {
  it('is a line for each of some hundred datasets', () => {
    const lines = play(300, 1, () => ({status: 'deleted'}))
    expect(lines).to.have.length(300)
    expect(lines[7]).to.equal('deleted        kim/7')
  })

  it('is a few hundred lines for thirty thousand, the last of them the end', () => {
    for (const stepMs of [0.5, 25, 2000]) {
      const lines = play(30_000, stepMs, () => ({status: 'deleted'}))
      expect(lines.length, `${stepMs}`).to.be.within(3, 301)
      expect(lines.at(-1)).to.equal('30,000 of 30,000 done')
    }
  })

  it('tells at once what failed or was skipped', () => {
    const lines = play(3000, 1, (index) =>
      index === 10
        ? {status: 'failed', reason: '403 no'}
        : index === 20
          ? {status: 'skipped', reason: 'changed'}
          : {status: 'deleted'},
    )
    expect(lines).to.include('failed         kim/10: 403 no').and.include('skipped        kim/20: changed')
    expect(lines.at(-1)).to.equal('3,000 of 3,000 done, 1 failed')
  })

  it('is no longer where everything fails', () => {
    const lines = play(30_000, 1, () => ({status: 'failed', reason: '403 no'}))
    expect(lines.length).to.be.below(200)
    expect(lines.at(-1)).to.equal('30,000 of 30,000 done, 30,000 failed')
  })

  it('says how fast it goes and how long it will go on', () => {
    const lines = play(30_000, 25, () => ({status: 'deleted'}))
    expect(lines[1]).to.match(/^[\d,]+ of 30,000 done, 40\/s, 12 min left$/)
  })
})
