import {Args} from '@oclif/core'

import {UsageError} from '../../lib/base/errors.js'
import {FROM_COMMAND_LINE} from '../flags/shared.js'
import {type Shell, SHELLS} from './shells.js'

export const shellArg = Args.string({
  ...FROM_COMMAND_LINE,
  description: 'The shell; default: the one that is in use.',
  options: SHELLS,
})

/**
 * Says which shell is meant.
 * @param given the argument
 * @param used the name of the shell's program, as oclif finds it
 * @throws UsageError where that is none that words can be completed in
 */
export function shellOf(given: string | undefined, used: string): Shell {
  const name = (given ?? used).replace(/\.exe$/i, '').replace(/^pwsh$/, 'powershell')
  const shell = SHELLS.find((each) => name === each || name.endsWith(`\\${each}`))
  if (shell) return shell
  throw new UsageError(`Name the shell, ${JSON.stringify(name)} is none of these: ${SHELLS.join(', ')}.`, {
    suggestions: ['Like this: smoltrace autocomplete bash'],
  })
}
