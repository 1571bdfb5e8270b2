import {expect} from 'chai'

import {PROTECTION_PATH} from '../../../src/lib/account/protection/pins.js'
import {formatTimestamp, RUN_TYPES, runDatasetName} from '../../../src/lib/base/names.js'
import {HOUR} from '../../../src/lib/base/time.js'
import {type RuleVerdict} from '../../../src/lib/plan/explain.js'
import {pinInFile} from '../../support/boards.js'
import {runCli} from '../../support/cli.js'
import {envOf, withHub} from '../../support/hub.js'
import {policyOf} from '../../support/policies.js'
import {type Sandbox} from '../../support/sandbox.js'

interface Explained {
  run: string
  action: 'delete' | 'keep'
  reasons: unknown
  deletes: string[]
  verdicts: RuleVerdict[]
}

const at = (hub: Sandbox, ...argv: string[]) => runCli(argv, envOf(hub))
const json = async (hub: Sandbox, ...argv: string[]) =>
  JSON.parse((await at(hub, ...argv, '--json')).stdout) as any
const explainRun = (hub: Sandbox, file: string, run: string): Promise<Explained> =>
  json(hub, 'policy', 'explain', file, '--run', run)
const runsAt = async (hub: Sandbox): Promise<string[]> =>
  (await json(hub, 'runs', 'group')).runs.map(({run}: {run: string}) => run)

describe('policy explain', () => {
  it('asks the Hub nothing, and says that every other run is deleted where there are only keepers', async () => {
    const file = policyOf('keep: {within: 1m}', 'grace: 0')
    const {stdout} = await runCli(['policy', 'explain', file], {HF_TOKEN: ''})
    expect(stdout)
      .to.include('Rule: deletes every run that is not kept\n')
      .and.include('runs that may still be uploading are not kept')
  })
})

describe('policy explain --run', () => {
  const POLICIES: Array<[title: string, lines: string[], unreadable?: string]> = [
    [
      'a selector that waits for rows beside a keeper that does not',
      ['select: {model: "*"}', 'keep: {recent: 1}'],
    ],
    ['pins that cannot be read', ['select: {older-than: 3d}'], PROTECTION_PATH],
    ['rows that cannot be read', ['keep: {best: 1, within: 1d}'], '.parquet'],
  ]
  for (const [title, lines, unreadable] of POLICIES) {
    it(`decides as cleanup does, and says which rules decided: ${title}`, () =>
      withHub({runs: 9}, async (hub) => {
        addRunWithoutRow(hub)
        if (unreadable !== undefined)
          hub.intercept({match: ({path}) => path.includes(unreadable), respond: {status: 403, body: '{}'}})
        const file = policyOf(...lines)
        const plan = await json(hub, 'cleanup', '--policy', file)
        const planned = [...plan.delete, ...plan.keep]
        expect(planned).to.have.length(10)
        for (const {run, reasons, deletes = []} of planned) {
          const explained = await explainRun(hub, file, run)
          const names = deletes.map(({name}: {name: string}) => name)
          expect(explained).to.deep.include({run, reasons, deletes: names})
          expect(explained.action).to.equal(names.length > 0 ? 'delete' : 'keep')
          expectSound(explained)
          if (unreadable !== undefined) expect(explained.action).to.equal('keep')
        }
      }))
  }

  it('says that a pin keeps a run, and does not count it', () =>
    withHub({runs: 6}, async (hub) => {
      const run = (await runsAt(hub)).at(-1) ?? ''
      pinInFile(hub, {[run]: {by: 'mira', at: new Date(), reason: 'cited'}})
      const file = policyOf('select: {older-than: 3d}', 'keep: {recent: 50}')
      const {action, verdicts} = await explainRun(hub, file, run)
      expect(action).to.equal('keep')
      const facts = verdicts.map(({key, holds, decided, text: why}) => [key, holds, decided, why])
      expect(facts).to.deep.equal([
        ['select.older-than', true, false, 'older than 3d'],
        ['keep.recent', false, false, 'not counted'],
        ['pinned', true, true, 'pinned by mira: cited (half: not in its card)'],
        ['grace', false, false, 'complete, or old enough'],
        ['future', false, false, 'not dated in the future'],
      ])
    }))

  it('ends with 1 for a run that is not there, and with 2 for what is none, without a request', () =>
    withHub({runs: 2}, async (hub) => {
      const file = policyOf('keep: {recent: 1}')
      const bad = await at(hub, 'policy', 'explain', file, '--run', 'latest')
      expect(bad.exitCode).to.equal(2)
      expect(hub.requests).to.deep.equal([])
      const unknown = await at(hub, 'policy', 'explain', file, '--run', '20200101_000000')
      expect(unknown.exitCode).to.equal(1)
      expect(unknown.stderr).to.match(/^Error: --run 20200101_000000: no such run\.\n/)
    }))
})

/** A whole run of just now, whose row is still to come. */
function addRunWithoutRow({state, user}: Sandbox): void {
  const createdAt = new Date(Date.now() - 1.5 * HOUR)
  for (const type of RUN_TYPES)
    state.addDataset({name: runDatasetName(user, type, formatTimestamp(createdAt)), createdAt})
}

/** The verdicts have to add up to what was decided. */
function expectSound({action, verdicts}: Explained): void {
  const [selects, keeps, takes] = [['selector'], ['keeper', 'guard'], ['scope']].map((kinds) =>
    verdicts.filter(({kind}) => kinds.includes(kind)).map(({holds}) => holds),
  )
  const goes = !selects?.includes(false) && !keeps?.includes(true) && !takes?.includes(false)
  expect(action).to.equal(goes ? 'delete' : 'keep')
  for (const {kind, holds, decided} of verdicts) {
    if (decided) expect(holds).to.equal(action === 'delete' ? true : kind !== 'selector' && kind !== 'scope')
  }

  if (action === 'keep') expect(verdicts.some(({decided}) => decided)).to.equal(true)
}
