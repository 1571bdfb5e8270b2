import {expect} from 'chai'
import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {runCli} from '../../support/cli.js'
import {envOf, withHub} from '../../support/hub.js'

describe('plan show', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'smoltrace-plan-')), 'a plan.json')
  const show = (...argv: string[]) => runCli(['plan', 'show', file, ...argv], {HF_TOKEN: ''})

  it('shows the plan that was saved, without a Hub and without a token, and how to apply it', async () => {
    const planned = await withHub({runs: 6}, async (hub) => {
      const {stdout} = await runCli(['cleanup', '--keep-recent', '2', '--plan', file, '--json'], envOf(hub))
      return JSON.parse(stdout) as Record<string, unknown>
    })
    const {digest} = JSON.parse(readFileSync(file, 'utf8')) as {digest: string}
    const {stdout, exitCode} = await show()
    expect(exitCode).to.equal(0)
    expect(stdout)
      .to.include(digest)
      .and.include(`smoltrace cleanup --apply '${file}' --no-dry-run\n`)
      .and.not.include('Left of it')
    const shown = JSON.parse((await show('--json')).stdout) as Record<string, unknown>
    expect(shown).to.deep.include({digest, wouldDelete: planned.wouldDelete, rules: planned.rules})
    const names = (document: Record<string, unknown>) =>
      (document.delete as Array<{deletes: Array<{name: string}>}>).map(({deletes}) => deletes)
    expect(names(shown)).to.deep.equal(names(planned))
  })

  it('takes a file that is not a whole plan for a wrong use', async () => {
    writeFileSync(file, readFileSync(file, 'utf8').replace('"planned": true', '"planned": false'))
    const {stdout, stderr, exitCode} = await show()
    expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2})
    expect(stderr).to.equal(
      `Error: ${file}: it was edited after it was made.\n  Create a new plan with \`cleanup --plan\`.\n`,
    )
  })
})
