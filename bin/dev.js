#!/usr/bin/env -S node --import tsx
import {execute, settings} from '@oclif/core'
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

// oclif's own way of running TypeScript falls back to a stale dist without a word, so it is told where the sources are.
settings.enableAutoTranspile = false
const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const oclif = {...read('../src/cli.json'), commands: './src/commands', helpClass: './src/help'}
const pjson = {...read('../package.json'), oclif}

await execute({loadOptions: {isRoot: true, pjson, root}})
