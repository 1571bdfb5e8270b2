import {expect} from 'chai'
import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {stripVTControlCharacters} from 'node:util'

import {root, runCli} from '../support/cli.js'
import {withColumns} from '../support/golden.js'
import {envOf, runsAt} from '../support/hub.js'
import {type Sandbox, startSandbox} from '../support/sandbox.js'

const COLUMNS = 60
const POLICY = join(root, 'schemas/policy.example.yaml')

// In CI a terminal gets lines instead of a live list, and all else is the same.
for (const CI of [undefined, 'true'])
  describe(`a terminal of ${COLUMNS} columns${CI ? ', in CI' : ''}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'smoltrace-narrow-'))
    const wrong = join(folder, 'smoltrace.yaml')
    const copies = join(folder, 'copies')
    let hub: Sandbox

    before(async () => {
      writeFileSync(wrong, 'version: 1\nselect: {older-then: 30d, modell: [x]}\nkeep: {recentt: 1}\n')
      hub = await startSandbox({runs: 12})
    })

    after(() => hub.close())

    /** What only commands, full names and paths may do: what is broken cannot be copied. */
    const mayBeWide = (line: string) =>
      /^(?:Undo|Details)? *smoltrace /.test(line) || /^\s*\S*\/\S*\s*$/.test(line)

    const withProgress = [
      `cleanup --keep-recent 9 --archive ${copies} --no-dry-run --yes`,
      `restore ${copies}`,
    ]
    // In this order: the one looks at what the other has done.
    const everything = [
      'datasets list --sizes --limit 3',
      'runs group --sizes',
      'cleanup',
      'cleanup --older-than never',
      'cleanup --all --max-delete 10%',
      `cleanup --policy ${POLICY} --sizes`,
      `cleanup --policy ${wrong}`,
      `cleanup --apply ${folder}/none.json`,
      `policy explain ${POLICY}`,
      `policy explain ${POLICY} --run NEWEST`,
      'leaderboard show --by cost --group-by model',
      'runs show NEWEST',
      'leaderboard check',
      `leaderboard report ${folder}/report.html`,
      'leaderboard protect --reason cited',
      'leaderboard unprotect',
      'history',
      ...withProgress.slice(0, 1),
      'history',
      'history latest',
      ...withProgress.slice(1),
      `restore ${folder}/none`,
      `cleanup --older-than 900d --plan ${folder}/a-rather-long-name-of-a-plan.json`,
      'clenup',
    ]
    for (const line of CI ? withProgress : everything) {
      it(`is as wide as what is shown: ${line.replaceAll(folder, '…').replaceAll(root, '')}`, async () => {
        const newest = runsAt(hub).at(-1) ?? ''
        const env = {...envOf(hub), XDG_DATA_HOME: folder, TERM: 'xterm', CI}
        const words = line.replace('NEWEST', newest).split(' ')
        const {stdout, stderr} = await withColumns(COLUMNS, () => runCli(words, env))
        const lines = stripVTControlCharacters(`${stdout}${stderr}`).split('\n')
        expect(lines.length).to.be.above(1)
        expect(lines.filter((each) => each.length > COLUMNS && !mayBeWide(each))).to.deep.equal([])
      })
    }
  })
