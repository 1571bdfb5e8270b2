// Writes every schema under `schemas/`: of policies, and of what the program writes.
import {writeFileSync} from 'node:fs'

import {publishedSchemas} from './published-schemas.js'

for (const [path, schema] of publishedSchemas())
  writeFileSync(new URL(`../schemas/${path}`, import.meta.url), `${JSON.stringify(schema, undefined, 2)}\n`)
