import {expect} from 'chai'

import {describeRate, JobLog} from '../../../src/cli/progress/job-log.js'

/** Logs a job of so many parts, one each `stepMs`; returns the lines. */
function play(of: number, stepMs: number, failing: (part: number) => boolean = () => false): string[] {
  const lines: string[] = []
  let now = 0
  let failed = 0
  const log = new JobLog(
    (line) => lines.push(line),
    () => now,
  )
  log.begin()
  for (let done = 1; done <= of; done++) {
    now += stepMs
    const isProblem = failing(done)
    if (isProblem) failed++
    log.finished(`part ${done}`, {done, of, failed, isProblem})
  }

  return lines
}

describe('the log of a job', () => {
  it('has a line for each of some hundred parts', () => {
    const lines = play(300, 1)
    expect(lines).to.have.length(300)
    expect(lines[7]).to.equal('part 8')
  })

  it('has a few hundred lines for thirty thousand, the last of them the end', () => {
    for (const stepMs of [0.5, 25, 2000]) {
      const lines = play(30_000, stepMs)
      expect(lines.length, `${stepMs}`).to.be.within(3, 301)
      expect(lines.at(-1)).to.equal('30,000 of 30,000 done')
    }
  })

  it('says at once what failed or was skipped, and is no longer where everything fails', () => {
    expect(play(3000, 1, (part) => part === 10)).to.deep.equal([
      'part 10',
      '100 of 3,000 done, 1 failed',
      '3,000 of 3,000 done, 1 failed',
    ])
    const lines = play(30_000, 1, () => true)
    expect(lines.length).to.be.below(200)
    expect(lines).to.include('more problems: the summary lists what failed')
    expect(lines.at(-1)).to.equal('30,000 of 30,000 done, 30,000 failed')
  })
})

describe('the rate of a job', () => {
  const cases: Array<[done: number, total: number, seconds: number, text: string]> = [
    [410, 30_000, 10, '41/s, 12 min left'],
    [6, 300, 60, '6/min, 49 min left'],
    [1000, 30_000, 300, '3.3/s, 2 h 25 min left'],
    [12_000, 30_000, 10, '1,200/s, 15 s left'],
  ]
  for (const [done, total, seconds, text] of cases)
    it(`of ${done} of ${total} in ${seconds} s is ${text}`, () => {
      expect(describeRate(done, total, seconds * 1000)).to.equal(text)
    })

  it('is not given before it can be known, nor at the end', () => {
    expect(describeRate(0, 10, 60_000)).to.equal('')
    expect(describeRate(5, 10, 1000)).to.equal('')
    expect(describeRate(10, 10, 60_000)).to.equal('')
  })
})
