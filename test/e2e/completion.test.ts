import {spawn} from '@lydell/node-pty'
import {expect} from 'chai'
import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {until} from '../support/hub.js'
import {cleanEnv, PROGRAM} from '../support/process.js'

describe('the tab key in bash', () => {
  for (const [typed, completed] of [
    ['smoltrace runs gr', 'smoltrace runs group '],
    ['smoltrace cleanup --only=tr', 'smoltrace cleanup --only=traces '],
    ['smoltrace cleanup --policy pol', 'smoltrace cleanup --policy policy.yaml '],
  ] as const) {
    it(`completes ${typed}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'smoltrace-tab-'))
      const program = `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`
      writeFileSync(join(folder, 'smoltrace'), program, {mode: 0o755})
      writeFileSync(join(folder, 'policy.yaml'), '')
      const env = cleanEnv()
      const pty = spawn('bash', ['--norc', '--noprofile', '-i'], {
        cwd: folder,
        cols: 200,
        env: {...env, PATH: `${folder}:${env.PATH}`, PS1: '> ', TERM: 'dumb'},
      })
      let shown = ''
      pty.onData((data) => {
        shown += data
      })
      try {
        pty.write('eval "$(smoltrace autocomplete bash 2>&-)"; echo ready-$?\r')
        await until('the script is read', () => shown.includes('ready-0'))
        pty.write(`${typed}\t`)
        await until(`the word is completed: ${shown}`, () => shown.includes(completed))
        expect(shown).not.to.include('not found')
      } finally {
        pty.kill()
      }
    })
  }
})
