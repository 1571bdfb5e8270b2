import {type Config, type Hook} from '@oclif/core'

import {areCompletionsOld} from '../lib/completion/version.js'

/** After an update the shell goes on with the words of the version before, until a first command has run. */
const hook: Hook.Postrun = async ({config}) => {
  if (!areCompletionsOld(config)) return
  const {writeCompletions} = await import('../lib/completion/files.js')
  // The command is what was asked for, and has succeeded.
  await writeCompletions(config as Config).catch(() => {})
}

export default hook
