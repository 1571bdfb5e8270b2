#!/usr/bin/env -S node --import tsx
import {settings} from '@oclif/core'
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

import {start} from '../src/program.js'

// oclif's own way of running TypeScript falls back to a stale dist without a word, so it is told where the sources are.
settings.enableAutoTranspile = false
const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8')
// Its paths lead from dist/cli to what is built.
const oclif = JSON.parse(read('../src/cli.json').replaceAll('"../', '"./src/'))
const pjson = {...JSON.parse(read('../package.json')), oclif}

await start({loadOptions: {isRoot: true, pjson, root}})
