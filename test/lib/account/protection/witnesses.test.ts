import {expect} from 'chai'
import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {discoverSmoltraceDatasets} from '../../../../src/lib/account/datasets.js'
import {parseProtection} from '../../../../src/lib/account/protection/parse.js'
import {type PinChange, protectRuns, unprotectRuns} from '../../../../src/lib/account/protection/pin-runs.js'
import {PROTECTION_PATH} from '../../../../src/lib/account/protection/pins.js'
import {groupDatasetsByRun} from '../../../../src/lib/account/runs.js'
import {RefusedError} from '../../../../src/lib/base/errors.js'
import {formatTimestamp, RUN_TYPES, runDatasetName} from '../../../../src/lib/base/names.js'
import {DAY, HOUR, MINUTE} from '../../../../src/lib/base/time.js'
import {applyPlan} from '../../../../src/lib/cleanup/apply.js'
import {cleanupDatasets, type CleanupOptions} from '../../../../src/lib/cleanup/cleanup.js'
import {deleteDatasets} from '../../../../src/lib/cleanup/delete-datasets.js'
import {type CleanupResult} from '../../../../src/lib/cleanup/result.js'
import {filterRuns} from '../../../../src/lib/retention/decide.js'
import {type Fault, type Sandbox, startSandbox, storedFile} from '../../../../src/lib/sandbox/index.js'
import {ago, later, NOW, rejectionOf} from '../../../support/builders.js'
import {namesAt} from '../../../support/hub.js'

const BOARD = 'mira/smoltrace-leaderboard'
const PINNED = formatTimestamp(ago(100 * DAY))
const OTHER = formatTimestamp(ago(90 * DAY))
const BARE = formatTimestamp(ago(80 * DAY))
const NEW = formatTimestamp(ago(HOUR))
const CARD = '---\r\nlicense: apache-2.0\r\ntags:\r\n- smoltrace\r\n- llm\r\n---\r\n\r\n# Results\r\n'
const RESULTS = runDatasetName('mira', 'results', PINNED)

const isCommit: Fault['match'] = ({method, path}) => method === 'POST' && path.includes('/commit/')
const isCommitTo =
  (name: string): Fault['match'] =>
  (request) =>
    isCommit(request) && request.path.includes(name)

describe('pins in two places', () => {
  let hub: Sandbox
  let clock: Date

  beforeEach(async () => {
    clock = NOW
    hub = await startSandbox({seed: 'empty', clock: () => clock})
    hub.state.addDataset({name: BOARD, createdAt: ago(200 * DAY), files: {'README.md': '# Board\n'}})
    for (const run of [PINNED, OTHER]) for (const type of RUN_TYPES) addDataset(type, run)
    for (const type of ['traces', 'metrics'] as const) addDataset(type, BARE)
    addDataset('results', NEW)
  })

  afterEach(() => hub.close())

  function addDataset(type: 'metrics' | 'results' | 'traces', run: string): void {
    const named = new Date(run.replace(/^(....)(..)(..)_(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6Z'))
    hub.state.addDataset({
      name: runDatasetName('mira', type, run),
      createdAt: later(named, 10 * MINUTE),
      ...(type !== 'metrics' && {card: CARD}),
    })
  }

  const connection = () => ({endpoint: hub.url, token: hub.token, env: {}, clock: () => clock})
  const cardOf = (name: string) => hub.state.get(name)?.head.files.get('README.md')?.bytes().toString('utf8')
  const entries = () => {
    const file = hub.state.get(BOARD)?.head.files.get(PROTECTION_PATH)?.bytes().toString('utf8')
    return Object.keys(parseProtection(file ?? '{"version": 1}', BOARD).runs ?? {})
  }

  const protect = (runs = [PINNED], more: object = {}) => protectRuns(runs, {...connection(), ...more})
  const commits = () => hub.requests.filter((request) => isCommit({body: '', ...request}))
  const only = ({runs}: PinChange) =>
    runs.map(({run, changed, tagged, problem}) => ({run, changed, tagged, problem}))
  const write = (name: string, path: string, text?: string) =>
    hub.state.commit(
      hub.state.get(name)!,
      'by hand',
      new Map([[path, text === undefined ? null : storedFile(text, false)]]),
    )

  describe('made', () => {
    it('[S13] are one commit to the file for all, and a line in the card of each run’s results', async () => {
      const change = await protect([PINNED, OTHER], {until: '2026-12-31'})
      expect(commits().map(({path}) => path.split('/')[4])).to.have.members([
        'smoltrace-leaderboard',
        `smoltrace-results-${PINNED}`,
        `smoltrace-results-${OTHER}`,
      ])
      expect(commits()[0]?.path).to.include('leaderboard')
      expect(cardOf(RESULTS)).to.equal(
        CARD.replace('- smoltrace\r\n', '- smoltrace-pinned-until-20261231\r\n- smoltrace\r\n'),
      )
      expect(cardOf(runDatasetName('mira', 'traces', PINNED))).to.equal(CARD)
      expect(only(change)).to.deep.equal([
        {run: PINNED, changed: true, tagged: true, problem: undefined},
        {run: OTHER, changed: true, tagged: true, problem: undefined},
      ])
    })

    it('go into the card of every dataset of a run without results, into a new one where there is none', async () => {
      await protect([BARE])
      expect(cardOf(runDatasetName('mira', 'traces', BARE))).to.include('- smoltrace-pinned\r\n')
      expect(cardOf(runDatasetName('mira', 'metrics', BARE))).to.equal(
        '---\ntags:\n- smoltrace-pinned\n---\n',
      )
    })

    it('are the tag alone where there is no leaderboard', async () => {
      hub.state.remove(BOARD)
      const change = await protect()
      expect(change.leaderboard).to.equal(undefined)
      expect(change.changed).to.equal(true)
      expect(change.runs[0]).to.include({pin: undefined, tagged: true})
      expect(cardOf(RESULTS)).to.include('- smoltrace-pinned\r\n')
    })

    it('cost nothing where the listing shows the tag, and no commit where it does not show it yet', async () => {
      hub.state.tagsLag = true
      await protect()
      hub.requests.length = 0
      expect(only(await protect())).to.deep.equal([
        {run: PINNED, changed: false, tagged: true, problem: undefined},
      ])
      expect(commits()).to.deep.equal([])
      hub.state.tagsLag = false
      hub.requests.length = 0
      await protect()
      expect(hub.requests.filter(({path}) => path.includes(PINNED))).to.deep.equal([])
    })

    it('are the tag in the card, whatever the listing still shows, where there is no leaderboard', async () => {
      hub.state.remove(BOARD)
      await protect()
      hub.state.tagsLag = true
      await unprotectRuns([PINNED], connection())
      const change = await protect()
      expect(only(change)).to.deep.equal([{run: PINNED, changed: true, tagged: true, problem: undefined}])
      expect(cardOf(RESULTS)).to.include('- smoltrace-pinned\r\n')
    })

    it('are never shortened in a card, and made longer', async () => {
      await protect([PINNED], {until: '2026-12-31'})
      await protect([PINNED], {until: '2026-11-30'})
      expect(cardOf(RESULTS)).to.include('until-20261231').and.not.include('until-20261130')
      await protect()
      expect(cardOf(RESULTS)).to.include('- smoltrace-pinned\r\n')
    })

    it('wait with the card of a run that may still be uploading, which the file pins', async () => {
      const [made] = (await protect([NEW])).runs
      expect(made?.problem).to.include('uploading')
      expect(entries()).to.deep.equal([NEW])
      expect(cardOf(runDatasetName('mira', 'results', NEW))).to.equal(CARD)
      clock = later(NOW, DAY)
      expect(only(await protect([NEW]))).to.deep.equal([
        {run: NEW, changed: true, tagged: true, problem: undefined},
      ])
    })

    const faults: Array<[title: string, fault: Omit<Fault, 'match'>]> = [
      ['the Hub refuses', {respond: {status: 403, body: '{"error": "storage limit reached"}'}}],
      ['is too large', {respond: {status: 413}}],
      ['is refused for its YAML', {respond: {status: 400, body: '{"error": "Invalid metadata"}'}}],
    ]
    for (const [title, fault] of faults) {
      it(`are half where the card ${title}, keep the run all the same, and are finished by asking again`, async () => {
        const lift = hub.intercept({match: isCommitTo(RESULTS), ...fault})
        const [half, whole] = (await protect([PINNED, OTHER])).runs
        expect(half).to.include({run: PINNED, changed: true, tagged: false})
        expect(half?.problem).to.be.a('string')
        expect(whole).to.include({run: OTHER, tagged: true, problem: undefined})
        const {keep} = await look({all: true, grace: '0'})
        expect(keep[PINNED]).to.equal('pinned by mira (half: not in its card)')
        expect(keep[OTHER]).to.equal('pinned by mira')
        lift()
        expect(only(await protect())).to.deep.equal([
          {run: PINNED, changed: true, tagged: true, problem: undefined},
        ])
        expect((await look({all: true, grace: '0'})).keep[PINNED]).to.equal('pinned by mira')
      })
    }

    it('leave a card alone that is not clear, which makes the pin half', async () => {
      const card = '---\ntags: [a\n---\n'
      write(RESULTS, 'README.md', card)
      expect((await protect()).runs[0]?.problem).to.include('front matter')
      expect(cardOf(RESULTS)).to.equal(card)
    })

    it('stop at the first card where the token makes too many changes, and leave the rest', async () => {
      const limit = {
        status: 429,
        headers: {ratelimit: '"api";r=900;t=100'},
        body: '{"error": "limit of commits"}',
      }
      hub.intercept({
        match: (request) => isCommit(request) && !request.path.includes('leaderboard'),
        respond: limit,
      })
      const more = Array.from({length: 9}, (_, day) => formatTimestamp(ago((30 + day) * DAY)))
      for (const run of more) addDataset('results', run)
      const {runs} = await protect([PINNED, OTHER, BARE, ...more])
      expect(runs.map(({tagged}) => tagged)).to.deep.equal(runs.map(() => false))
      // One to the file, and those that were under way.
      expect(commits()).to.have.length.below(6)
      for (const {problem} of runs) expect(problem).to.include('limit of commits')
    })

    it('are made on the newest commit where another one came between, and once where an answer is lost', async () => {
      hub.intercept({
        match: isCommitTo(RESULTS),
        times: 1,
        before: () => write(RESULTS, 'README.md', CARD.replace('# Results', '# Better')),
      })
      await protect()
      expect(cardOf(RESULTS)).to.include('# Better').and.include('- smoltrace-pinned\r\n')
      const other = runDatasetName('mira', 'results', OTHER)
      hub.intercept({match: isCommitTo(other), times: 1, reset: 'after'})
      const before = hub.state.get(other)?.history.length ?? 0
      expect(only(await protect([OTHER]))).to.deep.equal([
        {run: OTHER, changed: true, tagged: true, problem: undefined},
      ])
      expect(hub.state.get(other)?.history).to.have.length(before + 1)
    })

    it('that are interrupted say which runs are half pinned, and are finished by asking again', async () => {
      const controller = new AbortController()
      hub.intercept({match: isCommitTo(RESULTS), before: () => controller.abort(), hold: 'before', times: 1})
      const change = await protect([PINNED, OTHER], {signal: controller.signal})
      expect(change.interrupted).to.equal(true)
      expect(change.runs.some(({problem}) => problem?.includes('interrupted'))).to.equal(true)
      expect(entries()).to.have.members([PINNED, OTHER])
      const again = await protect([PINNED, OTHER])
      expect(again.interrupted).to.equal(false)
      expect(again.runs.every(({tagged}) => tagged)).to.equal(true)
    })

    it('tell of each card, several at a time', async () => {
      const events: object[] = []
      await protect([PINNED, OTHER, BARE], {onEvent: (event: object) => events.push(event)})
      expect(events).to.have.length(3)
      expect(events.at(-1)).to.include({kind: 'tagging', done: 3, of: 3, problem: undefined})
    })
  })

  describe('lifted', () => {
    it('leave the cards as they were, every tag of every dataset out', async () => {
      await protect([PINNED, BARE])
      write(runDatasetName('mira', 'traces', PINNED), 'README.md', '---\ntags: [Smoltrace-Pinned-x]\n---\n')
      const change = await unprotectRuns([PINNED, BARE], connection())
      expect(change.runs.map(({changed, tagged}) => [changed, tagged])).to.deep.equal([
        [true, false],
        [true, false],
      ])
      expect(cardOf(RESULTS)).to.equal(CARD)
      expect(cardOf(runDatasetName('mira', 'traces', PINNED))).not.to.match(/pinned/i)
      expect(cardOf(runDatasetName('mira', 'metrics', BARE))).to.equal(undefined)
      expect(entries()).to.deep.equal([])
      expect((await look({all: true, grace: '0'})).keep).to.deep.equal({})
    })

    it('are lifted where the tag is not listed yet, and without a leaderboard', async () => {
      hub.state.tagsLag = true
      await protect()
      hub.state.remove(BOARD)
      expect((await unprotectRuns([PINNED], connection())).runs[0]).to.include({changed: true, tagged: false})
      expect(cardOf(RESULTS)).to.equal(CARD)
    })

    it('[S13] are lifted in the file first: a card that cannot be changed leaves the run pinned, and says so', async () => {
      await protect()
      const remove = hub.intercept({match: isCommitTo(RESULTS), respond: {status: 403}})
      const [still] = (await unprotectRuns([PINNED], connection())).runs
      expect(still).to.include({run: PINNED, tagged: true})
      expect(still?.problem).to.be.a('string')
      expect(entries()).to.deep.equal([])
      expect((await look({all: true, grace: '0'})).keep[PINNED]).to.equal('pinned by its tag')
      remove()
      expect((await unprotectRuns([PINNED], connection())).runs[0]).to.include({changed: true, tagged: false})
      expect((await look({all: true, grace: '0'})).keep[PINNED]).to.equal(undefined)
    })

    it('that are interrupted leave the run pinned', async () => {
      await protect()
      const controller = new AbortController()
      hub.intercept({match: isCommitTo(RESULTS), before: () => controller.abort(), hold: 'before', times: 1})
      const change = await unprotectRuns([PINNED], {...connection(), signal: controller.signal})
      expect(change).to.include({interrupted: true})
      expect(change.runs[0]?.tagged).to.equal(true)
      expect((await look({all: true, grace: '0'})).keep[PINNED]).to.equal('pinned by its tag')
    })
  })

  /** The reasons why runs stay, by run, and what would go. */
  async function look(options: CleanupOptions) {
    return reasonsIn(await cleanupDatasets({...connection(), ...options}))
  }

  function reasonsIn({plan}: CleanupResult) {
    const textOf = (reasons: Array<{text: string}>) => reasons.map(({text}) => text).join('; ')
    const keep = plan.keep.map(({run, reasons}) => [run.timestamp, textOf(reasons)] as const)
    return {
      keep: Object.fromEntries(keep) as Record<string, string | undefined>,
      delete: plan.delete.map(({run}) => run.timestamp),
    }
  }

  const losses: Array<[title: string, lose: () => void]> = [
    ['is deleted', () => void hub.state.remove(BOARD)],
    [
      'is made anew',
      () => {
        hub.state.remove(BOARD)
        hub.state.addDataset({name: BOARD, createdAt: ago(HOUR)})
      },
    ],
    [
      'is renamed, and made anew by the next evaluation',
      () => {
        hub.state.rename(hub.state.get(BOARD)!, 'mira/smoltrace-leaderboard-2026')
        hub.state.addDataset({name: BOARD, createdAt: ago(HOUR)})
      },
    ],
    ['loses its .smoltrace', () => void write(BOARD, PROTECTION_PATH)],
  ]
  for (const [title, lose] of losses) {
    describe(`where the leaderboard ${title}`, () => {
      const real = {dryRun: false, yes: true, grace: '0', journal: false, concurrency: 1} as const
      let pinned: string[]

      beforeEach(async () => {
        await protect([PINNED], {until: '2026-12-31', reason: 'paper'})
        pinned = namesAt(hub).filter((name) => name.includes(PINNED))
      })

      const rules: CleanupOptions[] = [
        {olderThan: '30d'},
        {all: true},
        {all: true, only: ['traces']},
        {run: [PINNED, OTHER]},
        {olderThan: '1d', keepRecent: 1},
        {incompleteOnly: true, ignoreLeaderboard: true},
      ]
      for (const options of rules) {
        it(`keep the run under ${JSON.stringify(options)}`, async () => {
          lose()
          const result = await cleanupDatasets({...connection(), ...options, ...real})
          expect(reasonsIn(result).keep[PINNED]).to.match(/^pinned by its tag until 2026-12-31/)
          expect(result.counts.deleted).to.be.above(0)
          expect(namesAt(hub)).to.include.members(pinned)
        })
      }

      it('[S13] keep the run that is named or picked, in whole or in part', async () => {
        lose()
        const named = await deleteDatasets([...pinned, runDatasetName('mira', 'traces', OTHER)], {
          ...connection(),
          dryRun: false,
          yes: true,
          journal: false,
        })
        expect(named.counts).to.include({deleted: 1, skipped: 3})
        expect(named.outcomes.find(({name}) => name === RESULTS)?.reason).to.equal(
          'pinned by its tag until 2026-12-31',
        )
        const error = await rejectionOf(
          cleanupDatasets({...connection(), grace: '0', choose: async () => [PINNED]}),
        )
        expect(error).to.be.instanceOf(RefusedError)
        expect(error.message).to.include('pinned by its tag')
        const {datasets} = await discoverSmoltraceDatasets(connection())
        const {keep} = filterRuns(groupDatasetsByRun(datasets), {all: true, now: NOW})
        expect(keep.map(({run}) => run.timestamp)).to.include(PINNED)
      })

      it('keep the run that a plan takes which was made before it was pinned', async () => {
        await unprotectRuns([PINNED], connection())
        const file = join(mkdtempSync(join(tmpdir(), 'pins-')), 'plan.json')
        const {plan} = await cleanupDatasets({...connection(), all: true, grace: '0', savePlan: file})
        await protect()
        lose()
        for (const job of [
          () => applyPlan(file, {...connection(), dryRun: false, yes: true, journal: false}),
          () => deleteDatasets(plan, {...connection(), dryRun: false, yes: true, journal: false}),
        ])
          await job().catch((error: unknown) => expect(error).to.be.instanceOf(RefusedError))
        expect(namesAt(hub)).to.include.members(pinned)
      })

      it('refuse to delete the leaderboard', async () => {
        lose()
        if (!hub.state.get(BOARD)) return
        const options = {...connection(), deleteLeaderboard: true}
        for (const dryRun of [true, false]) {
          const error = await rejectionOf(cleanupDatasets({...options, dryRun, yes: true, journal: false}))
          expect(error).to.be.instanceOf(RefusedError)
          expect(error.message).to.include(`${PINNED} (pinned by its tag until 2026-12-31)`)
        }
      })
    })
  }

  for (const [title, name] of [
    ['is renamed', 'mira/smoltrace-leaderboard-2026'],
    ['is moved to an organisation', 'tinyagents/smoltrace-leaderboard'],
  ] as const) {
    it(`delete nothing where the leaderboard ${title}, and name where it went`, async () => {
      await protect()
      const before = namesAt(hub).length
      hub.state.rename(hub.state.get(BOARD)!, name)
      const real = {...connection(), dryRun: false, yes: true, journal: false} as const
      for (const job of [
        () => cleanupDatasets({...real, all: true, grace: '0'}),
        () => deleteDatasets([runDatasetName('mira', 'traces', OTHER)], real),
      ]) {
        const error = await rejectionOf(job())
        expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
        expect(error.message).to.include(name)
      }

      const dry = await cleanupDatasets({...connection(), all: true, grace: '0'})
      expect(dry.warnings.join(' ')).to.include(name)
      expect(reasonsIn(dry).keep[PINNED]).to.equal('pinned by its tag')
      expect(namesAt(hub)).to.have.length(before)
    })
  }
})
