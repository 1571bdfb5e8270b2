import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {mkdir, mkdtemp, rm, symlink} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {root} from '../support/cli.js'
import {cleanEnv, startCommand} from '../support/process.js'
import {type Sandbox, startSandbox} from '../support/sandbox.js'

const pages = ['README.md', 'docs/library.md'].map((path) => readFileSync(`${root}${path}`, 'utf8'))
const examples = [...pages.join('\n').matchAll(/^([^\n]+):\n\n```js\n(.*?)```/gms)].map(
  ([, title = '', code = '']) => ({title, code}),
)

describe('the examples of the README and of the library', () => {
  let hub: Sandbox
  /** A project that has installed the package. */
  let project: string

  beforeEach(async () => {
    hub = await startSandbox()
    project = await mkdtemp(join(tmpdir(), 'smoltrace-readme-'))
    await mkdir(join(project, 'node_modules'))
    await symlink(root, join(project, 'node_modules', 'smoltrace'), 'junction')
  })

  afterEach(async () => {
    await hub.close()
    await rm(project, {recursive: true, force: true})
  })

  it('are one for each function of the library', () => {
    for (const name of [
      'discoverSmoltraceDatasets',
      'groupDatasetsByRun',
      'filterRuns',
      'deleteDatasets',
      'cleanupDatasets',
      'applyPlan',
      'readHistory',
      'readLeaderboardRows',
      'loadPolicy',
      'readRanking',
      'checkLeaderboard',
      'readSizes',
      'restoreTrash',
    ]) {
      expect(examples.some(({code}) => code.includes(`${name}(`))).to.equal(true, name)
    }
  })

  for (const {title, code} of examples) {
    it(`run as they stand: ${title}`, async () => {
      const env = cleanEnv(hub, {XDG_DATA_HOME: project})
      const words = [process.execPath, '--input-type=module', '--eval', code]
      const {stdout, stderr, exitCode} = await startCommand(words, env, {cwd: project}).finished
      expect({exitCode, stderr}).to.deep.equal({exitCode: 0, stderr: ''})
      expect(stdout).to.match(/\d{8}_\d{6}|deleted/)
    })
  }
})
