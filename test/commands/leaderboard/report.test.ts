import {expect} from 'chai'
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {all, readPage} from '../../lib/report/support.js'
import {runCli} from '../../support/cli.js'
import {envOf, namesAt} from '../../support/hub.js'
import {type Sandbox, startSandbox} from '../../support/sandbox.js'

const BOARD = 'mira/smoltrace-leaderboard'

describe('leaderboard report', () => {
  let hub: Sandbox
  let folder: string
  let file: string
  const report = (...words: string[]) => runCli(['leaderboard', 'report', ...words], envOf(hub))
  const page = () => readPage(readFileSync(file, 'utf8'))

  beforeEach(async () => {
    hub = await startSandbox({runs: 12})
    folder = mkdtempSync(join(tmpdir(), 'smoltrace-report-'))
    file = join(folder, 'report.html')
  })

  afterEach(async () => {
    await hub.close()
    rmSync(folder, {recursive: true})
  })

  it('writes one page, says so, and changes nothing on the Hub', async () => {
    const before = namesAt(hub)
    const {stdout, stderr, exitCode} = await report(file)
    expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
    expect(stdout).to.match(/^Wrote .*report\.html \(\d+ kB\): \d+ evaluations of \d models\.$/m)
    expect(stdout).to.include('\nIt includes names from private datasets: think before sharing.\n')
    expect(page().errors).to.deep.equal([])
    expect(all(page(), 'h2').map(({text}) => text)).to.deep.equal([
      'Ranking',
      'Success rate over time',
      'Cost against success rate',
      'Storage by run age',
    ])
    expect(readdirSync(folder)).to.deep.equal(['report.html'])
    expect(namesAt(hub)).to.deep.equal(before)
    expect(hub.requests.every(({method}) => method === 'GET')).to.equal(true)
  })

  it('shows what the dry run of cleanup by the same policy shows', async () => {
    const policy = join(folder, 'policy.yaml')
    writeFileSync(policy, 'version: 1\nkeep:\n  recent: 4\n')
    const requests = hub.requests.length
    const {stdout} = await report(file, '--policy', policy, '--json')
    expect(hub.requests.slice(requests).every(({method}) => method === 'GET')).to.equal(true)
    const words = ['cleanup', '--keep-recent', '4', '--sizes', '--json']
    const plan = JSON.parse((await runCli(words, envOf(hub))).stdout)
    const {storage, policy: losses} = JSON.parse(stdout)
    expect(storage).to.equal(plan.storage).and.to.be.above(0)
    expect(losses).to.include({
      runs: plan.delete.length,
      datasets: plan.wouldDelete,
      keeps: plan.keep.length,
      frees: plan.frees,
    })
    const rows = all(page(), 'th').filter(({text}) => /^\d{8}_\d{6}$/.test(text))
    expect(rows.map(({text}) => text)).to.deep.equal(plan.delete.map(({run}: {run: string}) => run))
  })

  it('downloads the rows once where the policy needs them, too', async () => {
    const policy = join(folder, 'policy.yaml')
    writeFileSync(policy, 'version: 1\nkeep:\n  best: 4\n')
    expect(await report(file, '--policy', policy)).to.include({stderr: '', exitCode: 0})
    const downloads = hub.requests.filter(({path = ''}) => /leaderboard\/resolve\/.*\.parquet/.test(path))
    expect(downloads).to.have.length(1)
  })

  it('replaces a file only with --force', async () => {
    writeFileSync(file, 'mine')
    const refused = await report(file)
    expect(refused.exitCode).to.equal(2)
    expect(refused.stderr).to.include('report.html: it already exists; add --force to replace it.')
    expect(readFileSync(file, 'utf8')).to.equal('mine')
    expect(hub.requests).to.have.length(0)
    expect((await report(file, '--force')).exitCode).to.equal(0)
    expect(page().errors).to.deep.equal([])
  })

  const BAD: Array<[what: string, words: () => string[], message: string]> = [
    ['a folder', () => [folder], 'it is a folder'],
    ['a device', () => ['/dev/null', '--force'], 'not a regular file'],
    ['a policy that there is not', () => [file, '--policy', join(folder, 'no.yaml')], 'no.yaml'],
  ]
  for (const [what, words, message] of BAD) {
    it(`refuses ${what}, before anything is sent to the Hub`, async () => {
      const {stderr, exitCode} = await report(...words())
      expect(exitCode).to.equal(2)
      expect(stderr).to.include(message)
      expect(hub.requests).to.have.length(0)
      expect(readdirSync(folder)).to.deep.equal([])
    })
  }

  it('says so where there is no leaderboard, and writes nothing', async () => {
    hub.state.remove(BOARD)
    const {stderr, exitCode} = await report(file)
    expect(exitCode).to.equal(1)
    expect(stderr).to.include(`${BOARD} does not exist`)
    expect(readdirSync(folder)).to.deep.equal([])
  })
})
