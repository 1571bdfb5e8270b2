import {expect} from 'chai'

import {completionScript, completionsOf, SHELLS} from '../../src/cli/completion.js'
import {findCommands, runCli} from '../support/cli.js'

describe('completion', () => {
  for (const [line, ...offered] of [
    ['run', 'runs'],
    ['runs ', 'group', 'protect', 'show', 'unprotect'],
    ['cleanup --older-than 3d --no-d', '--no-dry-run'],
    ['cleanup --only ', 'metrics', 'results', 'traces'],
    ['cleanup --only=tr', '--only=traces'],
    ['cleanup --by co', 'co2', 'co2_emissions_g', 'cost'],
    ['cleanup --token '],
    ['runs group --he', '--help'],
    ['help runs un', 'unprotect'],
    ['sandbox --runs 3 --json cleanup --only m', 'metrics'],
    ['sandbox --la', '--latency'],
    ['--no-color --no-color runs gr', 'group'],
    ['nonsense '],
  ] as const) {
    it(`offers for smoltrace ${line}: ${offered.join(' ') || 'nothing'}`, async () => {
      const {commands} = await findCommands()
      expect(completionsOf(`smoltrace ${line}`, commands)).to.deep.equal(offered)
    })
  }

  it('offers every command, and no hidden flag', async () => {
    const {commands} = await findCommands()
    expect(completionsOf('smoltrace ', commands)).to.deep.equal(
      'autocomplete cleanup datasets help history leaderboard plan policy restore runs sandbox trash'.split(
        ' ',
      ),
    )
  })
})

describe('autocomplete', () => {
  for (const shell of SHELLS) {
    it(`prints what ${shell} needs, and says on stderr where it belongs`, async () => {
      const {stdout, stderr, exitCode} = await runCli(['autocomplete', shell])
      expect({stdout, exitCode}).to.deep.equal({
        stdout: `${completionScript(shell, 'smoltrace')}\n`,
        exitCode: 0,
      })
      const {profile, script} = JSON.parse((await runCli(['autocomplete', shell, '--json'])).stdout)
      expect(stderr).to.equal(`Add this to ${profile}, and open a new terminal.\n`)
      expect(script).to.equal(completionScript(shell, 'smoltrace'))
    })
  }

  for (const [name, word, printed] of [
    ['bash, where a word ends at an equals sign', ['smoltrace', 'tr', '='], 'traces\n'],
    ['zsh', ['smoltrace', '--only=tr', 'cleanup'], '--only=traces\n'],
    ['fish, which gives no words', undefined, '--only=traces\n'],
  ] as const) {
    it(`answers ${name}`, async () => {
      const answer = await runCli(['autocomplete', ...(word ? ['--', ...word] : [])], {
        COMP_LINE: 'smoltrace cleanup --only=tr',
      })
      expect(answer).to.deep.equal({stdout: printed, stderr: '', exitCode: 0})
    })
  }
})
