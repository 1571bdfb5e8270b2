#!/usr/bin/env -S node --import tsx
import {settings} from '@oclif/core'

import {FROM_SOURCE} from '../scripts/source.js'
import {start} from '../src/cli/start.js'

// oclif's own way of running TypeScript falls back to a stale dist without a word, so it gets the sources by name.
settings.enableAutoTranspile = false
await start({loadOptions: FROM_SOURCE})
