// Takes the snapshot of what users rely on, and says what the changelog does not tell of yet.
import {writeFileSync} from 'node:fs'

import {findCommands} from '../test/support/cli.js'
import {currentState, readSnapshot, SNAPSHOT} from './surface/current.js'
import {changedLines, formatSnapshot, nextSnapshot, problemsOf} from './surface/snapshot.js'

const state = currentState(await findCommands())
const before = readSnapshot(state)
const after = nextSnapshot(before, state)
for (const line of changedLines(before, state)) console.log(line)
if (after.release !== before.release) console.log(`Later changes are measured by ${after.release}.`)
writeFileSync(SNAPSHOT, formatSnapshot(after))
for (const problem of problemsOf(after, state)) console.log(problem)
