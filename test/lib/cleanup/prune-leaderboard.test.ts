import {expect} from 'chai'
import * as fc from 'fast-check'
import {existsSync} from 'node:fs'
import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {PROTECTION_PATH} from '../../../src/lib/account/protection/pins.js'
import {protectLeaderboard} from '../../../src/lib/account/protection/protect-leaderboard.js'
import {
  CancelledError,
  NotAllowedError,
  RefusedError,
  SmoltraceError,
  UsageError,
} from '../../../src/lib/base/errors.js'
import {runDatasetName, trashNameOf} from '../../../src/lib/base/names.js'
import {pruneLeaderboard, type PruneOptions} from '../../../src/lib/cleanup/prune-leaderboard.js'
import {storedFile} from '../../../src/lib/sandbox/index.js'
import {Account, CARRIED, stampOf} from '../../support/account.js'
import {addToBoard, writeBoard} from '../../support/boards.js'
import {rejectionOf} from '../../support/builders.js'
import {DuckDB} from '../../support/duckdb.js'
import {withoutPauses} from '../../support/pauses.js'
import {type Cells} from '../../support/rows.js'
import {isCommit, isListing} from '../../support/sandbox.js'

const GONE = ['20260101_120000', '20260102_120000', '20260103_120000'] as const
const EMPTY = {results_dataset: null, traces_dataset: null, metrics_dataset: null}
const DATA = 'data/train-00000-of-00001.parquet'

/** A row about a run of mira's. */
const about = (timestamp: string, facts: Cells = {}): Cells => ({
  run_id: `id of ${timestamp}`,
  results_dataset: runDatasetName('mira', 'results', timestamp),
  traces_dataset: runDatasetName('mira', 'traces', timestamp),
  metrics_dataset: runDatasetName('mira', 'metrics', timestamp),
  success_rate: 50,
  ...facts,
})

describe('[S20] pruning the leaderboard', () => {
  let account: Account
  let duck: DuckDB

  before(async () => {
    duck = await DuckDB.open()
  })

  after(() => duck.close())

  beforeEach(async () => {
    account = await Account.open({quota: {requests: 100_000, windowSeconds: 300}})
  })

  afterEach(() => account.close())

  const live = () => [about(stampOf(account.old[0])), about(stampOf(account.recent[0]))]
  const prune = (options: PruneOptions = {}) =>
    pruneLeaderboard({...account.connection, dataDir: account.folder, ...options})
  const filesOf = () => account.hub.state.get(account.board)!.head.files
  const rowsIn = (bytes: Buffer) => duck.ask('select * from FILE', bytes) as Promise<Cells[]>
  const rowsNow = async () => {
    const data = [...filesOf()].filter(([path]) => path.endsWith('.parquet'))
    return (await Promise.all(data.map(([, file]) => rowsIn(file.bytes())))).flat()
  }

  const commits = () => account.hub.requests.filter((request) => isCommit(request))
  const foundRows = ({orphans}: {orphans: Array<{row: number}>}) => orphans.map(({row}) => row)
  /** Expects that nothing was committed. */
  const refused = async (error: abstract new (...parts: never[]) => Error, options: PruneOptions) => {
    const before = account.hub.state.get(account.board)?.sha
    const found = (await rejectionOf(prune(options))) as SmoltraceError
    expect(found).to.be.instanceOf(error)
    expect(account.hub.state.get(account.board)?.sha).to.equal(before)
    return found
  }

  /** A row that names results alone, which are gone, of a run that has metrics. */
  const aboutPart = () => {
    account.add(runDatasetName('mira', 'metrics', GONE[0]))
    return about(GONE[0], {...EMPTY, results_dataset: about(GONE[0]).results_dataset})
  }

  describe('finds', () => {
    const cases: Array<[what: string, row: () => Cells, isFound: boolean]> = [
      ['a row all of whose datasets are gone', () => about(GONE[0]), true],
      [
        'one that names results alone',
        () => about(GONE[0], {...EMPTY, results_dataset: about(GONE[0]).results_dataset}),
        true,
      ],
      ['none whose run is there', () => about(stampOf(account.old[0])), false],
      ['none of which metrics are there', () => about(GONE[0], {metrics_dataset: account.old[0]}), false],
      [
        'none that names traces alone',
        () => about(GONE[0], {results_dataset: null, metrics_dataset: null}),
        false,
      ],
      ['none that names nothing', () => about(GONE[0], EMPTY), false],
      ['none whose run has another dataset', aboutPart, false],
      [
        "none that names another's dataset, too",
        () => about(GONE[0], {traces_dataset: 'ada/smoltrace-traces-20260101_120000'}),
        false,
      ],
      ['none that names a local path, too', () => about(GONE[0], {traces_dataset: 'local:/tmp/x'}), false],
      [
        'none that names a dataset by its address',
        () =>
          about(GONE[0], {
            results_dataset: `https://huggingface.co/datasets/${String(about(GONE[0]).results_dataset)}`,
          }),
        false,
      ],
      ['none that names 31 February', () => about('20260231_120000'), false],
    ]
    for (const [what, row, isFound] of cases)
      it(`${what}`, async () => {
        account.addBoard({rows: [...live(), row()]})
        const found = await prune()
        expect(foundRows(found)).to.deep.equal(isFound ? [3] : [])
        expect([found.dryRun, found.pruned, found.rows, commits()]).to.deep.equal([true, 0, 3, []])
      })

    it('no row whose dataset was renamed: its address still leads there', async () => {
      account.addBoard({rows: [...live(), about(GONE[0])]})
      const name = account.add(runDatasetName('mira', 'traces', GONE[0]))
      account.hub.state.rename(account.hub.state.get(name)!, 'mira/kept')
      const {orphans, doubtful} = await prune()
      expect(orphans).to.deep.equal([])
      expect(doubtful.map(({row, why}) => [row, why])).to.deep.equal([[3, `${name} redirects to mira/kept`]])
    })

    for (const hideFormerNames of [false, true])
      it(`no row of which anything is in the trash, where former names ${hideFormerNames ? 'are not known' : 'redirect'}`, async () => {
        account.addBoard({rows: [...live(), about(GONE[0])]})
        account.add(trashNameOf('mira', '20260201', 'metrics', GONE[0]))
        account.hub.state.moves.hideFormerNames = hideFormerNames
        expect(foundRows(await prune())).to.deep.equal([])
      })

    it('no row whose dataset the listing lacks, and the Hub has', async () => {
      account.addBoard({rows: [...live(), about(GONE[0])]})
      account.hub.intercept({
        match: isListing,
        before: () => account.add(runDatasetName('mira', 'results', GONE[0])),
        alter(body) {
          const entries = JSON.parse(body.toString()) as Array<{id: string}>
          return Buffer.from(JSON.stringify(entries.filter(({id}) => !id.includes(GONE[0]))))
        },
        times: 1,
      })
      const {orphans, doubtful} = await prune()
      expect([foundRows({orphans}), doubtful.length]).to.deep.equal([[], 1])
    })
  })

  for (const drop of [false, true])
    it(`${drop ? 'removes rows' : 'empties references'}, and nothing else of all files`, async () => {
      account.addBoard()
      const shards = [[about(GONE[0]), ...live()], [about(GONE[1]), about(GONE[2], EMPTY)], live()]
      writeBoard(account.hub, shards)
      const untouched = filesOf().get('data/train-00002-of-00003.parquet')
      const before = await rowsNow()
      const head = account.hub.state.get(account.board)!.sha
      const result = await prune({...CARRIED, drop})
      const changed = drop
        ? [before[1], before[2], before[4], before[5], before[6]]
        : before.map((row, index) => ([0, 3].includes(index) ? {...row, ...EMPTY} : row))
      expect(await rowsNow()).to.deep.equal(changed)
      expect(filesOf().get('data/train-00002-of-00003.parquet')).to.equal(untouched)
      expect(foundRows(result)).to.deep.equal([1, 4])
      expect([result.pruned, result.rows]).to.deep.equal([2, 7])
      expect(result.commit).to.equal(account.hub.state.get(account.board)?.sha).and.not.equal(head)
      const archived = join(result.archive ?? '', account.board, 'data/train-00000-of-00003.parquet')
      expect(await rowsIn(await readFile(archived))).to.deep.equal(before.slice(0, 3))
      expect(commits()).to.have.length(1)
      const again = await prune({...CARRIED, drop})
      expect([again.orphans, again.commit, commits().length]).to.deep.equal([[], undefined, 1])
    })

  it('changes what the card says of splits in the same commit', async () => {
    account.addBoard({rows: [about(GONE[0]), ...live()]})
    const info = (rows: number) =>
      `---\ndataset_info:\n  splits:\n  - name: train\n    num_examples: ${rows}\ntags: [x]\n---\n# Board\n`
    account.write(account.board, 'README.md', info(3))
    await prune({...CARRIED, drop: true})
    expect(filesOf().get('README.md')?.bytes().toString()).to.equal(info(2))
    expect(commits()).to.have.length(1)
  })

  describe('changes nothing', () => {
    beforeEach(() => {
      account.addBoard({rows: [about(GONE[0]), ...live()]})
    })

    it('where nobody confirms it', async () => {
      const result = await prune({dryRun: false, confirm: () => false})
      expect([result.declined, result.pruned, foundRows(result), commits()]).to.deep.equal([true, 0, [1], []])
      expect(existsSync(join(account.folder, 'archives'))).to.equal(false)
    })

    it('without a way to confirm it, before anything is sent', async () => {
      await refused(UsageError, {dryRun: false})
      await refused(UsageError, {...CARRIED, dorp: true} as PruneOptions)
      expect(account.hub.requests).to.deep.equal([])
    })

    it('with a read-only token, before anything is listed; a dry run shows the rows', async () => {
      const {read} = account.hub.tokens
      await refused(NotAllowedError, {...CARRIED, token: read})
      expect(account.hub.requests.filter((request) => isListing(request))).to.deep.equal([])
      expect(foundRows(await prune({token: read}))).to.deep.equal([1])
    })

    it('where some datasets may be hidden from the token, before anything is listed', async () => {
      account.hub.state.orgs[0]!.resourceGroups = [{id: '1', name: 'lab', role: 'write'}]
      const {fineGrainedNarrow: token} = account.hub.tokens
      const hidden = [{token}, {namespace: 'tinyagents'}, {...CARRIED, namespace: 'tinyagents'}]
      for (const options of hidden) expect((await refused(RefusedError, options)).exitCode).to.equal(1)
      expect(account.hub.requests.filter((request) => isListing(request))).to.deep.equal([])
    })

    it('where it is protected and rows would be removed; their references may be emptied', async () => {
      await protectLeaderboard({...account.connection, reason: 'cited'})
      for (const options of [{drop: true}, {drop: true, ...CARRIED}]) {
        const error = await refused(RefusedError, options)
        expect(error.message).to.match(/^`drop` refused: mira\/smoltrace-leaderboard is protected\. .*cited/)
      }

      expect((await prune(CARRIED)).pruned).to.equal(1)
    })

    it('where it is protected after the confirmation', async () => {
      const protect = async () => {
        await protectLeaderboard(account.connection)
        return true
      }

      const error = await rejectionOf(prune({dryRun: false, drop: true, confirm: protect}))
      expect(error.message).to.include('is protected')
      expect(await rowsNow()).to.have.length(3)
    })

    it('where a dataset is there again after the confirmation', async () => {
      const confirm = () => account.add(runDatasetName('mira', 'results', GONE[0])) !== ''
      const result = await prune({dryRun: false, confirm})
      expect([result.orphans.length, result.pruned, commits()]).to.deep.equal([1, 0, []])
    })

    it('where another dataset has its name after the confirmation', async () => {
      const confirm = () => {
        account.makeAnew(account.board)
        return true
      }

      const error = await rejectionOf(prune({dryRun: false, confirm}))
      expect(error).to.be.instanceOf(RefusedError)
      expect(commits()).to.deep.equal([])
    })

    it('where it cannot be archived', async () => {
      await writeFile(join(account.folder, 'archives'), 'not a folder')
      expect((await refused(RefusedError, CARRIED)).message).to.match(/^Cannot archive to .*archives/)
    })

    it('where a part of it cannot be archived', async () => {
      let reads = 0
      const isData = ({path}: {path: string}) => path.includes('/resolve/') && path.endsWith('.parquet')
      const confirm = () => {
        reads = account.hub.requests.filter((request) => isData(request)).length
        account.hub.intercept({match: isData, respond: {status: 403}})
        return true
      }

      const error = await rejectionOf(prune({dryRun: false, confirm}))
      expect(error.message).to.match(/was not changed, because it could not be archived: /)
      expect([reads, commits()]).to.deep.equal([1, []])
    })

    it('where a column cannot be written back, which it names, in a dry run, too', async () => {
      const bytes = await duck.parquet(
        `select 'mira/smoltrace-results-${GONE[0]}' results_dataset, ['a'] tags`,
      )
      account.hub.state.commit(
        account.hub.state.get(account.board)!,
        'x',
        new Map([[DATA, storedFile(bytes, true)]]),
      )
      for (const options of [{}, CARRIED]) {
        const error = await refused(RefusedError, options)
        expect(error.message).to.include('its column tags has nested values')
      }
    })

    it('where a card or a file says something of splits that cannot be changed', async () => {
      account.write(account.board, 'README.md', '---\ndataset_info: [{}, {}]\n---\n')
      expect((await refused(RefusedError, CARRIED)).message).to.include('several configurations')
      account.erase(account.board, 'README.md')
      addToBoard(account.hub, 'dataset_infos.json', '{}')
      expect((await refused(RefusedError, CARRIED)).message).to.include('dataset_infos.json')
    })

    it('where Ctrl-C comes at the question', async () => {
      const controller = new AbortController()
      const confirm = () => {
        controller.abort()
        return true
      }

      const error = await rejectionOf(prune({dryRun: false, confirm, signal: controller.signal}))
      expect(error).to.be.instanceOf(CancelledError)
      expect(commits()).to.deep.equal([])
    })
  })

  it('gives up where others never stop changing it', async () => {
    account.addBoard({rows: [about(GONE[0]), ...live()]})
    account.hub.intercept({match: isCommit, before: () => account.hub.state.touch(account.board)})
    const error = await rejectionOf(prune(CARRIED))
    expect(error.message).to.equal(`Others keep changing ${account.board}.`)
    expect((await rowsNow())[0]).to.include({results_dataset: about(GONE[0]).results_dataset})
  })

  it('loses no row that others write at the same time, and changes no more than were confirmed', async function () {
    this.timeout(60_000)
    const others = fc.array(
      fc.record({kind: fc.constantFrom('new', 'same', 'removed', 'none'), isLost: fc.boolean()}),
      {maxLength: 3},
    )
    await fc.assert(
      fc.asyncProperty(others, fc.boolean(), async (writes, drop) => {
        account.hub.state.remove(account.board)
        const first = [about(GONE[0]), ...live(), about(GONE[1])]
        account.addBoard({rows: first})
        let rows = first
        // Each is an evaluation that pushes all rows and its own, or a person who edits them.
        const write = (kind: string, index: number) => {
          if (kind === 'new') rows = [...rows, about(stampOf(account.recent[0]), {run_id: `new ${index}`})]
          if (kind === 'same') rows = [...rows, about(GONE[0], {run_id: `same ${index}`})]
          if (kind === 'removed') rows = rows.filter(({run_id: id}) => id !== about(GONE[1]).run_id)
          if (kind !== 'none') writeBoard(account.hub, [rows])
        }

        const faults = writes.map(({kind, isLost}, index) =>
          account.hub.intercept({
            match: isCommit,
            times: 1,
            before: () => write(kind, index),
            ...(isLost && {reset: 'after'}),
          }),
        )
        const {pruned} = await withoutPauses(() => prune({...CARRIED, drop}))
        for (const remove of faults) remove()
        const isChanged = ({run_id: id}: Cells) =>
          id === about(GONE[0]).run_id || id === about(GONE[1]).run_id
        const wanted = rows.flatMap((row) => {
          if (!isChanged(row)) return [row]
          return drop ? [] : [{...row, ...EMPTY}]
        })
        expect(await rowsNow()).to.deep.equal(wanted)
        expect(pruned).to.equal(rows.filter((row) => isChanged(row)).length)
      }),
      {numRuns: 40},
    )
  })

  it('sees where the answer to the commit is lost that it arrived, and commits once', async () => {
    account.addBoard({rows: [about(GONE[0]), ...live()]})
    account.hub.intercept({match: isCommit, times: 1, reset: 'after'})
    const {pruned, commit, archive} = await withoutPauses(() => prune(CARRIED))
    expect([pruned, commits().length]).to.deep.equal([1, 1])
    expect(commit).to.equal(account.hub.state.get(account.board)?.sha)
    expect(existsSync(archive ?? '')).to.equal(true)
  })

  it('keeps the file of pins, and archives two states in two folders', async () => {
    account.addBoard({rows: [about(GONE[0]), ...live()]})
    await account.pin(account.old[0])
    const pins = filesOf().get(PROTECTION_PATH)?.bytes().toString()
    const one = await prune(CARRIED)
    expect(filesOf().get(PROTECTION_PATH)?.bytes().toString()).to.equal(pins)
    writeBoard(account.hub, [[about(GONE[1]), ...live()]])
    const two = await prune(CARRIED)
    expect(two.archive).to.be.a('string').and.not.equal(one.archive)
  })
})
