import {type Config} from '@oclif/core'
import {join} from 'node:path'

import {makeFolder, replaceFile} from '../../lib/base/files.js'
import {completionFolder} from './folder.js'
import {SETUPS, zshSetup} from './shells.js'

/**
 * Writes for each shell what completes the words of the commands that there are.
 * @throws RefusedError where it cannot be written
 */
export async function writeCompletions(config: Config): Promise<void> {
  const [{PowerShellCompletion, ZshCompletion}, {bashCompletion}, {completedCommands}] = await Promise.all([
    import('./generators.js'),
    import('./bash.js'),
    import('./commands.js'),
  ])
  const {bin, version} = config
  const folder = completionFolder(config.cacheDir)
  const functions = join(folder, 'zsh')
  await makeFolder(functions)
  const files = {
    [SETUPS.bash.file]: bashCompletion(bin, completedCommands(config.commands)),
    [join('zsh', `_${bin}`)]: new ZshCompletion(config).generate(),
    [SETUPS.zsh.file]: zshSetup(bin, functions),
    [SETUPS.powershell.file]: new PowerShellCompletion(config).generate(),
    // Last: until then the files count as those of another version.
    version,
  }
  for (const [name, text] of Object.entries(files)) {
    await replaceFile(join(folder, name), {
      kind: 'completion',
      text,
      advice: 'SMOLTRACE_CACHE_DIR names another folder for it.',
    })
  }
}
