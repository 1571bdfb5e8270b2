import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {METRIC_WORDS} from '../../src/lib/account/leaderboard/metrics.js'
import {cleanEnv, run} from '../support/process.js'

/** Calls the function that bash calls for the tab key: with the words, of which the last is being typed. */
const ASK = `
ask() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  $(complete -p smoltrace | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
  echo "\${COMPREPLY[*]}"
}
`

describe('completion in bash', () => {
  let setup: string

  before(async () => {
    const env = cleanEnv(undefined, {SMOLTRACE_CACHE_DIR: mkdtempSync(join(tmpdir(), "smoltrace's cache "))})
    expect((await run(['autocomplete', 'bash'], env)).exitCode).to.equal(0)
    setup = (await run(['autocomplete', 'script', 'bash'], env)).stdout
  })

  for (const [words, offered] of [
    ['run', 'runs'],
    ['cl', 'cleanup'],
    ['runs ', 'group protect unprotect'],
    ['runs gr', 'group'],
    ['datasets ', 'list'],
    [
      'cleanup --keep-',
      '--keep-recent --keep-within --keep-hourly --keep-daily --keep-weekly --keep-monthly --keep-yearly --keep-best',
    ],
    ['cleanup --older-than 3d --no-d', '--no-dry-run'],
    ['cleanup --only ', 'results traces metrics'],
    ['cleanup --only = tr', 'traces'],
    ['cleanup --only =', 'results traces metrics'],
    ['cleanup --by co', 'cost co2 co2_emissions_g'],
    ['leaderboard show --by ', METRIC_WORDS.join(' ')],
    ['cleanup --token ', ''],
    ['cleanup ', ''],
    ['runs group --incom', '--incomplete-only'],
    ['autocomplete z', 'zsh'],
    ['help runs un', 'unprotect'],
    ['sandbox clean', 'cleanup'],
    ['sandbox --runs 3 --json cleanup --only m', 'metrics'],
    ['sandbox --la', '--latency'],
    ['sandbox auto', ''],
    ['help sand', 'sandbox'],
    ['--no-color runs ', 'group protect unprotect'],
    ['--no-color --no-color cleanup --only t', 'traces'],
    ['--no-color ru', 'runs'],
    ['nonsense ', ''],
  ] as const) {
    it(`offers for smoltrace ${words}: ${offered || 'nothing'}`, () => {
      const typed = ['smoltrace', ...words.split(' ')].map((word) => `'${word}'`).join(' ')
      const script = `${setup}\n${ASK}\nask ${typed}`
      const answer = execFileSync('bash', ['--norc', '--noprofile', '-c', script], {encoding: 'utf8'})
      expect(answer.trim()).to.equal(offered)
    })
  }

  it('offers every command, and no hidden one', () => {
    const script = `${setup}\n${ASK}\nask smoltrace ''`
    const answer = execFileSync('bash', ['--norc', '--noprofile', '-c', script], {encoding: 'utf8'})
    const words = 'autocomplete cleanup datasets help history leaderboard policy restore runs sandbox'.split(
      ' ',
    )
    expect(answer.trim().split(' ')).to.include.members(words)
    expect(answer).not.to.include('script')
  })
})
