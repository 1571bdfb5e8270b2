import {expect} from 'chai'
import {existsSync, mkdtempSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {globSync} from 'tinyglobby'

import {DEFAULTS} from '../../src/cli/flags/defaults.js'
import {formatEnvironment} from '../../src/cli/help/environment.js'
import {PLAIN} from '../support/builders.js'
import {root, runCli} from '../support/cli.js'
import {envOf, withHub} from '../support/hub.js'

const PAGE = {style: PLAIN, width: undefined}
const {namespace, archive, concurrency} = DEFAULTS

describe('defaults from the environment', () => {
  it('name the namespace where no flag does', () =>
    withHub({runs: 2}, async (hub) => {
      const inOrg = await runCli(['runs', 'group'], {...envOf(hub), [namespace]: hub.org})
      expect(inOrg.stdout).to.match(new RegExp(`^${hub.org} at `))
      for (const variable of [hub.org, 'nobodys', ''])
        expect(
          (await runCli(['runs', 'group', '--namespace', hub.user], {...envOf(hub), [namespace]: variable}))
            .stdout,
        ).to.match(new RegExp(`^${hub.user} at `))
      const empty = await runCli(['runs', 'group'], {...envOf(hub), [namespace]: ''})
      expect(empty.stdout).to.match(new RegExp(`^${hub.user} at `))
    }))

  it('are named where they are wrong', () =>
    withHub({runs: 2}, async (hub) => {
      const foreign = await runCli(['runs', 'group'], {...envOf(hub), [namespace]: 'nobodys'})
      expect(foreign.exitCode).to.equal(1)
      expect(foreign.stderr).to.match(/^Error: SMOLTRACE_NAMESPACE "nobodys": /)
      const typed = await runCli(['runs', 'group', '--namespace', 'nobodys'], {
        ...envOf(hub),
        [namespace]: 'x',
      })
      expect(typed.stderr).to.match(/^Error: --namespace "nobodys": /)
      const nowhere = join(root, 'package.json', 'copies')
      const folder = await runCli(['cleanup', '--all'], {...envOf(hub), [archive]: nowhere})
      expect(folder.exitCode).to.equal(2)
      expect(folder.stderr).to.match(/^Error: SMOLTRACE_ARCHIVE \S+copies: /)
      const typedFolder = await runCli(['cleanup', '--all', `--archive=${nowhere}`], {
        ...envOf(hub),
        [archive]: 'x',
      })
      expect(typedFolder.stderr).to.match(/^Error: --archive \S+copies: /)
      const sent = hub.requests.length
      const many = await runCli(['cleanup', '--all'], {...envOf(hub), [concurrency]: '99'})
      expect(many.exitCode).to.equal(2)
      expect(many.stderr).to.match(
        /^Error: SMOLTRACE_CONCURRENCY: use a whole number from 1 to 32, not "99"\./,
      )
      expect(hub.requests.length).to.equal(sent)
    }))

  it('keep copies, show where, and are not repeated in the next command', () =>
    withHub({runs: 4}, async (hub) => {
      const folder = join(mkdtempSync(join(tmpdir(), 'smoltrace-env-')), 'copies')
      const env = {...envOf(hub), [archive]: folder, [namespace]: hub.user, [concurrency]: '2'}
      const dry = await runCli(['cleanup', '--keep-recent', '2'], env)
      expect(dry.stdout)
        .to.include('cleanup --keep-recent 2 --no-dry-run\n')
        .and.match(new RegExp(`^Copy +of each dataset, to ${folder}, before`, 'm'))
      const wet = await runCli(['cleanup', '--keep-recent', '2', '--no-dry-run', '--yes'], env)
      expect(wet.exitCode, wet.stderr).to.equal(0)
      expect(wet.stdout).to.match(new RegExp(`^Archived +\\d+ datasets .* in ${folder}$`, 'm'))
      expect(existsSync(folder)).to.equal(true)
    }))

  it('do not lead the way back to another namespace', () =>
    withHub({runs: 4}, async (hub) => {
      const folder = mkdtempSync(join(tmpdir(), 'smoltrace-env-'))
      const env = {...envOf(hub), [namespace]: hub.org, XDG_DATA_HOME: folder}
      const flags = ['--keep-recent', '1', '--archive', join(folder, 'copies'), '--no-dry-run', '--yes']
      const wet = await runCli(['cleanup', '--namespace', hub.user, ...flags], env)
      const shown = [wet, await runCli(['history', 'latest'], env)]
      for (const {stdout} of shown) {
        const [, undo = ''] = /^Undo:? +smoltrace (.*)$/m.exec(stdout) ?? []
        const {exitCode, stderr} = await runCli([...undo.split(' '), '--dry-run'], env)
        expect(exitCode, undo + stderr).to.equal(0)
      }
    }))

  it('do not keep a saved plan from being applied: it says itself whose it is', () =>
    withHub({runs: 4}, async (hub) => {
      const plan = join(mkdtempSync(join(tmpdir(), 'smoltrace-env-')), 'plan.json')
      await runCli(['cleanup', '--keep-recent', '3', '--plan', plan], envOf(hub))
      const {exitCode, stderr} = await runCli(['cleanup', '--apply', plan], {
        ...envOf(hub),
        [namespace]: hub.org,
      })
      expect(exitCode, stderr).to.equal(0)
    }))

  it('do not reach into the sandbox, where other accounts are and copies are of nothing', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'smoltrace-env-')), 'copies')
    const {exitCode, stderr} = await runCli(
      ['sandbox', '--runs', '6', 'cleanup', '--keep-recent', '1', '--no-dry-run', '--yes'],
      {[namespace]: 'nobodys', [archive]: folder},
    )
    expect(exitCode, stderr).to.equal(0)
    expect(existsSync(folder)).to.equal(false)
  })
})

describe('help environment', () => {
  it('has every variable that the program reads, and only those', () => {
    // Of Windows, of the locale, and set by the shell that completes.
    const others = new Set(
      'HOME HOMEDRIVE HOMEPATH USERPROFILE LOCALAPPDATA LANG LC_ALL LC_CTYPE COMP_LINE'.split(' '),
    )
    const code = globSync(['src/**/*.ts', 'bin/*.js'], {cwd: root}).map((path) =>
      readFileSync(join(root, path), 'utf8'),
    )
    const read = code.flatMap((text) => [
      ...[...text.matchAll(/\benv\.([A-Z_]{2,})/g)].map(([, name = '']) => name),
      ...[...text.matchAll(/\{([A-Z_, ]+)\} = (?:process\.)?env\b/g)].flatMap(([, names = '']) =>
        names.split(', '),
      ),
    ])
    const shown = [...formatEnvironment(PAGE).matchAll(/^ {2}([A-Z_]+) /gm)].map(([, name]) => name)
    expect(shown).to.include.members(read.filter((name) => !others.has(name)))
    for (const name of shown) expect(code.join('').toUpperCase(), name).to.include(name)
  })

  it('is aligned on a narrow terminal, too', () => {
    const [, ...lines] = formatEnvironment({...PAGE, width: 60}).split('\n\n')
    for (const line of lines.join('').split('\n')) {
      expect(line.length).to.be.at.most(60)
      expect(line).to.match(/^ {2}[A-Z_]+ +\S|^ {27}\S/)
    }
  })

  it('is there in the sandbox, too', async () => {
    const {stdout, exitCode} = await runCli(['sandbox', 'help', 'environment'])
    expect([stdout, exitCode]).to.deep.equal([`${formatEnvironment(PAGE)}\n`, 0])
  })
})
