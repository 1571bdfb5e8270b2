/**
 * Rewrites what is generated: `test/golden`, the screens of the README and the docs, which are taken from there, and the command
 * reference. `git diff` shows what was not current.
 */
import {execFileSync} from 'node:child_process'
import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {format, resolveConfig} from 'prettier'
import {globSync} from 'tinyglobby'

import {includeGoldens} from '../test/support/golden.js'
import {root} from './source.js'

const files = (...patterns: string[]) => globSync(patterns, {cwd: root, absolute: true})
const run = (cwd: string, program: string, args: string[], env: Record<string, string>) =>
  execFileSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: join(root, cwd),
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {...process.env, NO_COLOR: '1', ...env},
  })

run('', 'mocha/bin/mocha.js', ['test/golden.test.ts', 'test/surface.test.ts', 'test/e2e/screens.test.ts'], {
  UPDATE_GOLDENS: '1',
})
for (const page of files('README.md', 'docs/*.md'))
  writeFileSync(page, includeGoldens(readFileSync(page, 'utf8')))

// Pages of topics that are no more would stay.
for (const page of files('docs/commands/*.md')) rmSync(page)
const pages = '../../docs/commands'
const reference = ['--no-aliases', '--multi', '--output-dir', pages, '--readme-path', '../../README.md']
run('dist/cli', 'oclif/bin/run.js', ['readme', ...reference], {
  COLUMNS: '100',
  OCLIF_SKIP_NEW_VERSION_CHECK: 'true',
})
for (const page of files('README.md', 'docs/commands/*.md')) {
  // Links from the README, headings as everywhere else, and lines as the formatter has them.
  const text = readFileSync(page, 'utf8')
    .replaceAll(`](${pages}/`, '](docs/commands/')
    .replaceAll(/^# Command Topics\n\n/gm, '')
    .replaceAll(/^(.+)\n=+$/gm, '# $1')
  writeFileSync(page, await format(text, {...(await resolveConfig(page)), parser: 'markdown'}))
}
