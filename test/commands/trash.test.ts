import {expect} from 'chai'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {join} from 'node:path'

import {Account, stampOf} from '../support/account.js'
import {type CliResult, runCli} from '../support/cli.js'
import {envOf} from '../support/hub.js'
import {isListing} from '../support/sandbox.js'
import {inMemory} from '../support/scratch.js'

const CARRY = ['--no-dry-run', '--yes']

describe('the trash on the command line', () => {
  let account: Account
  let folder: string

  const run = (argv: string[], token?: string): Promise<CliResult> =>
    runCli(argv, {...envOf(account.hub, token), XDG_DATA_HOME: folder})
  const trash = (...argv: string[]) => run(['cleanup', '--older-than', '30d', '--trash', ...CARRY, ...argv])

  beforeEach(async () => {
    folder = await mkdtemp(join(inMemory(), 'smoltrace-trash-'))
    account = await Account.open()
  })

  afterEach(async () => {
    await account.close()
    await rm(folder, {recursive: true, force: true})
  })

  type Row = [line: string, exitCode: number, message: RegExp, token?: 'read']
  const refusals: Row[] = [
    ['cleanup --all --trash --delete-leaderboard', 2, /--trash cannot be combined with --delete-leaderboard/],
    ['cleanup --apply PLAN --trash', 2, /--apply and --trash exclude each other/],
    ['trash restore', 2, /Nothing selected: .*--job, or --all/],
    ['trash restore 20260101', 2, /not a run timestamp/],
    ['trash restore --all --job latest', 2, /--all|--job/],
    ['trash restore STAMP --all', 2, /--all/],
    ['trash restore 20250101_000000', 1, /not in the trash\.\n {2}In the trash: STAMP/],
    ['trash restore --job ffffffff', 1, /No job "ffffffff" is recorded/],
    ['restore --job ffffffff', 1, /No job "ffffffff" is recorded/],
    ['trash empty', 2, /Nothing selected: add --older-than/],
    ['trash empty --only traces', 2, /Nothing selected/],
    ['trash empty --all --older-than 1d', 2, /--all/],
    ['trash empty --all --no-dry-run', 2, /--yes/],
    ['trash empty --all --no-dry-run --json', 2, /--yes/],
    ['trash empty --all --max-delete 5', 1, /6 datasets/],
    ['cleanup --run STAMP', 1, /in the trash\.[^]*To restore it: smoltrace trash restore STAMP/],
    ['runs protect STAMP', 1, /in the trash\.[^]*To restore it: smoltrace trash restore STAMP/],
    ['trash restore --all', 4, /the token is read-only/, 'read'],
    ['trash empty --all --no-dry-run --yes', 4, /the token is read-only/, 'read'],
    ['cleanup --all --trash --no-dry-run --yes', 4, /read-only[^]*Nothing was moved to the trash\./, 'read'],
  ]

  it('refuses what makes no sense or is not allowed, and changes nothing', async () => {
    const stamp = stampOf(account.old[0])
    await run(['cleanup', '--older-than', '30d', '--trash', '--plan', join(folder, 'plan.json')])
    expect((await trash()).exitCode).to.equal(0)
    const before = account.names
    for (const [line, exitCode, message, token] of refusals) {
      account.hub.requests.length = 0
      const words = line.replaceAll('STAMP', stamp).replaceAll('PLAN', join(folder, 'plan.json')).split(' ')
      const result = await run(words, token && account.hub.tokens[token])
      const shown = (result.stderr + result.stdout).replaceAll(stamp, 'STAMP')
      expect(result.exitCode, `${line}: ${shown}`).to.equal(exitCode)
      expect(shown, line).to.match(message)
      const asked = account.hub.requests
      expect(
        asked.filter(({method}) => method !== 'GET'),
        line,
      ).to.deep.equal([])
      if (exitCode === 2) expect(asked, line).to.deep.equal([])
      if (exitCode === 4)
        expect(
          asked.some((request) => isListing(request)),
          line,
        ).to.equal(false)
      expect(account.names, line).to.deep.equal(before)
    }
  })

  it('restores a job where it ran, whatever the variable says', async () => {
    expect((await trash()).exitCode).to.equal(0)
    const env = {...envOf(account.hub), XDG_DATA_HOME: folder, SMOLTRACE_NAMESPACE: account.hub.org}
    const {exitCode, stderr} = await runCli(['trash', 'restore', '--job', 'latest'], env)
    expect(exitCode, stderr).to.equal(0)
  })

  it('names several jobs that begin alike', async () => {
    const ids = new Set<string>()
    // Of so many, two begin with the same digit.
    for (let count = 0; count < 17; count++) {
      account.addRun((60 + count) * 86_400_000, {types: ['results']})
      const {stdout} = await trash('--grace', '0', '--json')
      const {journal} = JSON.parse(stdout) as {journal: string}
      const [, digit = ''] = /-([\da-f])[\da-f]{11}\.jsonl$/.exec(journal) ?? []
      const isTwice = ids.has(digit)
      ids.add(digit)
      if (!isTwice) continue
      const {exitCode, stderr} = await run(['trash', 'restore', '--job', digit])
      expect([exitCode, stderr]).to.deep.equal([1, stderr])
      expect(stderr).to.include(`Several jobs begin with "${digit}"`)
      return
    }

    expect.fail('no two jobs begin alike')
  })

  it('leaves a run whose name is taken, says so, and restores the others', async () => {
    await trash()
    account.add(account.older[2]!)
    const {exitCode, stdout} = await run(['trash', 'restore', '--all'])
    expect(exitCode).to.equal(3)
    expect(stdout).to.include('Skipped: 3').and.to.include(`another dataset is named ${account.older[2]} now`)
    expect(stdout).to.include('Restored 3 of 6 datasets of 1 run.')
  })

  it('says in the end what a move showed to others, in each medium', async () => {
    const [name = ''] = account.addRun(60 * 86_400_000, {private: true, types: ['results']})
    const one = ['cleanup', '--run', stampOf(name), '--grace', '0', '--trash', ...CARRY]
    account.hub.state.moves.publish = true
    const summary = join(folder, 'summary.md')
    const there = await run([...one, '--summary', summary])
    expect(there.exitCode).to.equal(3)
    expect(there.stdout).to.match(
      /^Public after the move: 1\n {2}mira\/smoltrace-results-.* made private again$/ms,
    )
    expect(await readFile(summary, 'utf8')).to.include('made private again')
    const back = await run(['trash', 'restore', '--all'])
    expect(back.exitCode).to.equal(3)
    expect(back.stdout).to.include('Public after the move: 1').and.to.include('Restored 1 dataset of 1 run.')
    const again = await run([...one, '--json'])
    expect(JSON.parse(again.stdout).outcomes[0].reason).to.include('made private again')
    const {stdout} = await run(['history', 'latest'])
    expect(stdout).to.include('made private again')
  })
})
