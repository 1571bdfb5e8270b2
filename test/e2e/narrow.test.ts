import {expect} from 'chai'
import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {type Sandbox, startSandbox} from '../../src/lib/sandbox/index.js'
import {root} from '../support/cli.js'
import {runDatasetsAt} from '../support/hub.js'
import {cleanEnv} from '../support/process.js'
import {startInTerminal} from '../support/pty.js'

const COLUMNS = 60
const POLICY = join(root, 'schemas/policy.example.yaml')

describe(`a terminal of ${COLUMNS} columns`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'smoltrace-narrow-'))
  const wrong = join(folder, 'smoltrace.yaml')
  const copies = join(folder, 'copies')
  let hub: Sandbox
  let env: Record<string, string>

  before(async () => {
    writeFileSync(wrong, 'version: 1\nselect: {older-then: 30d, modell: [x]}\nkeep: {recentt: 1}\n')
    hub = await startSandbox({runs: 12})
    env = cleanEnv(hub)
  })

  after(() => hub.close())

  /** What only commands, full names and paths may do: nobody can copy what is broken. */
  const mayBeWide = (line: string) => /^ *smoltrace /.test(line) || /^\s*\S*\/\S*\s*$/.test(line)

  // In this order: the one looks at what the other has done.
  for (const argv of [
    [],
    ['runs'],
    ['history', '--help'],
    ['runs', 'protect', '--help'],
    ['datasets', 'list', '--sizes'],
    ['runs', 'group', '--sizes'],
    ['cleanup'],
    ['cleanup', '--older-than', 'never'],
    ['cleanup', '--all', '--max-delete', '10%'],
    ['cleanup', '--policy', POLICY, '--sizes'],
    ['cleanup', '--policy', wrong],
    ['cleanup', '--apply', join(folder, 'none.json')],
    ['policy', 'explain', POLICY],
    ['policy', 'explain', POLICY, '--run', 'NEWEST'],
    ['leaderboard', 'show'],
    ['leaderboard', 'check'],
    ['leaderboard', 'report', join(folder, 'report.html')],
    ['leaderboard', 'protect', '--reason', 'cited in a paper'],
    ['leaderboard', 'unprotect'],
    ['history'],
    ['cleanup', '--keep-recent', '9', '--archive', copies, '--no-dry-run', '--yes'],
    ['history'],
    ['restore', copies],
    ['restore', join(folder, 'none')],
    ['cleanup', '--older-than', '900d', '--plan', join(folder, 'a-rather-long-name-of-a-plan.json')],
    ['clenup'],
  ]) {
    it(`is as wide as what is shown: ${argv.join(' ').replaceAll(folder, '…').replace(root, '')}`, async () => {
      const [newest = ''] = runDatasetsAt(hub)
        .map((name) => name.slice(-15))
        .toSorted()
        .toReversed()
      const words = argv.map((word) => (word === 'NEWEST' ? newest : word))
      const terminal = startInTerminal(words, env, {columns: COLUMNS})
      await terminal.finished
      const lines = terminal.text.split('\n')
      expect(lines.length).to.be.above(1)
      expect(lines.filter((line) => line.length > COLUMNS && !mayBeWide(line))).to.deep.equal([])
    })
  }

  it('is as wide as what the sandbox says', async () => {
    const terminal = startInTerminal(['sandbox'], cleanEnv(), {columns: COLUMNS})
    await terminal.waitFor(/ends\s+it\./)
    terminal.ctrlC()
    await terminal.finished
    const lines = terminal.text.split('\n').filter((line) => !/^(?:export|\$env|set) /.test(line))
    expect(lines.filter((line) => line.length > COLUMNS)).to.deep.equal([])
  })
})
