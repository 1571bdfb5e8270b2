// Writes the schema of policies where it is published from; a test says when that is due.
import {writeFileSync} from 'node:fs'

import {formatSchema} from '../src/lib/policy/schema.js'

writeFileSync(new URL('../schemas/policy.schema.json', import.meta.url), formatSchema())
