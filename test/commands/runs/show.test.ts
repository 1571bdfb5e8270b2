import {expect} from 'chai'

import {addToBoard, pinInFile} from '../../support/boards.js'
import {NOW} from '../../support/builders.js'
import {type CliResult, runCli} from '../../support/cli.js'
import {at, envOf} from '../../support/hub.js'
import {policyOf} from '../../support/policies.js'
import {BOARD, fillAccount, RUNS} from '../../support/rich-account.js'
import {type Sandbox, startSandbox} from '../../support/sandbox.js'

const GONE = '20200101_000000'

describe('runs show', () => {
  let hub: Sandbox

  beforeEach(async () => {
    hub = await startSandbox({seed: 'empty', clock: () => NOW})
    fillAccount(hub)
  })

  afterEach(() => hub.close())

  const run = (...argv: string[]): Promise<CliResult> => at(NOW, () => runCli(argv, envOf(hub)))
  const show = (...argv: string[]) => run('runs', 'show', ...argv)
  const json = async (...argv: string[]) => {
    const {stdout, exitCode} = await run(...argv, '--json')
    expect(exitCode, stdout).to.equal(0)
    return JSON.parse(stdout)
  }

  const FACTS: Array<[name: keyof typeof RUNS, says: RegExp[]]> = [
    [
      'best',
      [
        /^Model +openai\/gpt-4\.1$/m,
        /^Status +completed$/m,
        /^Score +90\.0% success rate; 0\.750 pass@1$/m,
        /^Cost +\$0\.2000; 9,000 tokens; 1\.5 s per test$/m,
        /^State +complete$/m,
        /^Age +4d, evaluated 2026-09-30 12:05 UTC$/m,
        /^Size +[\d.]+ k?B$/m,
        /^Pin +not pinned$/m,
        /^Leaderboard +row 1: all its datasets are there$/m,
        /^results +\d+ k?B +2026-09-30 12:05 +public$/m,
      ],
    ],
    ['failed', [/^Status +failed$/m, /^State +failed$/m]],
    ['untraced', [/^Leaderboard +row 3: traces not there$/m]],
    ['thinned', [/^State +thinned: no results, no metrics$/m, /row 4: results gone, metrics gone$/m]],
    ['killed', [/^Model +unknown: no row on the leaderboard$/m, /^Leaderboard +no row cites it$/m]],
    ['unclear', [/^Status +unclear: status "aborted" is unknown$/m]],
    ['twice', [/^Leaderboard +row 7: .*\n +row 8: /m]],
    ['copied', [/^State +complete, restored 2026-10-03: counts from then$/m]],
    ['inexact', [/^Model +unknown: a row may refer to it, /m, /row 10: results spelled differently$/m]],
    ['renamed', [/row 11: results under a former namespace$/m]],
    ['future', [/^Age +future, evaluated 2026-10-08 /m]],
  ]
  for (const [name, says] of FACTS)
    it(`says what there is to know of a run: ${name}`, async () => {
      const {stdout, exitCode} = await show(RUNS[name])
      expect(exitCode).to.equal(0)
      for (const line of says) expect(stdout).to.match(line)
      for (const dataset of (await json('runs', 'show', RUNS[name])).datasets)
        expect(stdout).to.include(`\n  ${hub.url}/datasets/${dataset.name}\n`)
    })

  it('says who pinned it, until when and why, and where only the file does', async () => {
    pinInFile(hub, {[RUNS.best]: {by: 'mira', at: NOW, until: '2027-01-31', reason: 'cited'}})
    expect((await show(RUNS.best)).stdout).to.match(
      /^Pin +pinned by mira since 2026-10-05 until 2027-01-31: cited \(half: not in its card\)$/m,
    )
    await run('runs', 'protect', RUNS.killed)
    expect((await json('runs', 'show', RUNS.killed)).pin).to.deep.include({half: false})
  })

  it('works without a leaderboard, and where it cannot be read, and says so', async () => {
    addToBoard(hub, 'data/extra.csv', 'x')
    const broken = await show(RUNS.best)
    expect([broken.exitCode, broken.stderr.match(/^Warning: /gm)?.length]).to.deep.equal([0, 1])
    expect(broken.stdout)
      .to.match(/^Model +unknown: /m)
      .and.match(/^Leaderboard +unknown$/m)
    hub.state.remove(BOARD)
    const {stdout, stderr, exitCode} = await show(RUNS.best)
    expect([exitCode, stderr]).to.deep.equal([0, ''])
    expect(stdout).to.match(/^Leaderboard +there is no leaderboard$/m)
    expect((await json('runs', 'show', RUNS.best)).rows).to.equal(null)
  })

  it('shows sizes as far as they may be read', async () => {
    hub.intercept({match: ({path}) => path.includes('/settings/'), respond: {status: 403}})
    const {stdout, stderr, exitCode} = await show(RUNS.best)
    expect([exitCode, stderr]).to.deep.equal([0, ''])
    expect(stdout).to.match(/^Size +unknown$/m)
  })

  const RULES: Array<[policy: string[], flags: string]> = [
    [['select: {older-than: 12d}', 'keep: {recent: 3}'], '--older-than 12d --keep-recent 3'],
    [['select: {status: [failed, partial]}'], '--status failed,partial'],
    [['keep: {best: 2, group-by: model}', 'only: [traces]'], '--keep-best 2 --group-by model --only traces'],
    [['select: {incomplete-only: true}', 'grace: 1d'], '--incomplete-only --grace 1d'],
    [['select: {score-below: 80}'], '--score-below 80'],
  ]
  for (const [lines, flags] of RULES)
    it(`says what ${flags} would do with each run, as cleanup does and as policy explain says it`, async () => {
      pinInFile(hub, {[RUNS.twice]: {by: 'mira', at: NOW}})
      const policy = policyOf(...lines)
      const plan = await json('cleanup', ...flags.split(' '))
      const decided = new Map<string, any>([...plan.delete, ...plan.keep].map((each) => [each.run, each]))
      for (const timestamp of [RUNS.best, RUNS.failed, RUNS.uploading, RUNS.twice, RUNS.thinned]) {
        const {explanation} = await json('runs', 'show', timestamp, ...flags.split(' '))
        const {reasons: why, deletes = []} = decided.get(timestamp)
        expect(explanation.action).to.equal(deletes.length > 0 ? 'delete' : 'keep')
        expect(explanation.deletes).to.deep.equal(deletes.map(({name}: {name: string}) => name))
        expect(explanation.reasons).to.deep.equal(why)
        const {explanation: byPolicy} = await json('runs', 'show', timestamp, '--policy', policy)
        const {verdicts, reasons} = await json('policy', 'explain', policy, '--run', timestamp)
        expect([byPolicy.verdicts, byPolicy.reasons]).to.deep.equal([verdicts, reasons])
        const withoutLines = verdicts.map((verdict: object) => ({...verdict, line: null}))
        expect(explanation.verdicts).to.deep.equal(withoutLines)
      }
    })

  const REFUSED: Array<[line: string, code: number, says: string]> = [
    ['2026', 2, '"2026" is not'],
    [`${RUNS.best} --grace 1h`, 2, '--older-than'],
    [`${RUNS.best} --older-than 12`, 0, ''],
    [`${RUNS.best} --older-than never`, 2, '--older-than'],
    [`${RUNS.best} --policy FILE --older-than 3d`, 2, '--policy'],
    [`${RUNS.best.slice(0, -1)}9`, 1, `Did you mean ${RUNS.best} or `],
    ['20260917_101010', 1, `Did you mean ${RUNS.thinned} or ${RUNS.untraced}?`],
    [GONE, 1, 'Row 15 of the leaderboard still has it: smoltrace leaderboard show'],
  ]
  for (const [line, code, says] of REFUSED)
    it(`ends with ${code} for ${line}`, async () => {
      const {stderr, exitCode} = await show(...line.split(' '))
      expect(exitCode, stderr).to.equal(code)
      expect(stderr).to.include(says)
    })
})
