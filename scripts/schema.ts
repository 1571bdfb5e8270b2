// Writes the schemas where they are published from: of policies, and of what the program writes. A test says when that is due.
import {mkdirSync, writeFileSync} from 'node:fs'

import {publishedSchemas} from './schemas/files.js'

mkdirSync(new URL('../schemas/json/', import.meta.url), {recursive: true})
for (const [path, text] of publishedSchemas())
  writeFileSync(new URL(`../schemas/${path}`, import.meta.url), text)
