import {execute, type Hook} from '@oclif/core'
import {getHelpFlagAdditions} from '@oclif/core/help'

import {redact, registerSecret} from '../lib/base/text.js'
import {colourVariables, setVariables, watchOutput} from './output.js'

/** What `bin/run.js` starts: bundled with the commands, so that one copy of oclif is loaded, and from one file. */
export async function start(options: Parameters<typeof execute>[0]): Promise<void> {
  const argv = process.argv.slice(2)
  // In front it is for the whole program, whatever command follows, and oclif would take it for one.
  const first = argv.findIndex((word) => word !== '--no-color')
  const args = first === -1 ? [] : argv.slice(first)
  setVariables(colourVariables(process.env, args.length < argv.length))
  // For what is not one of our commands: the help and the version.
  watchOutput()
  if (process.env.DEBUG) hideTokens(args)
  await execute({...options, args})
}

/** With `DEBUG` oclif logs the whole command line to stderr. */
function hideTokens(args: string[]): void {
  for (const [index, word] of args.entries()) {
    if (word === '--token') registerSecret(args[index + 1] ?? '')
    else if (word.startsWith('--token=')) registerSecret(word.slice('--token='.length))
  }

  const write = process.stderr.write.bind(process.stderr) as (text: unknown, ...rest: unknown[]) => boolean
  process.stderr.write = (text: unknown, ...rest: unknown[]) =>
    write(typeof text === 'string' ? redact(text) : text, ...rest)
}

// The hooks are here, since this file is read anyway.

/** What oclif calls where it finds no command. It has made an id of the words before the first flag. */
export const commandNotFound: Hook.CommandNotFound = async ({id, argv = [], config}) => {
  const words = id.startsWith('-') ? [id] : id.split(':')
  const {reportUnknownCommand} = await import('./errors/unknown-command.js')
  await reportUnknownCommand([...words, ...argv], config)
}

/** What oclif calls first. With flags after nothing but a topic, `runs --json`, it would forget them, show help and end with 0. */
export const refuseFlagsOfTopic: Hook.Init = async function ({id, argv, config}) {
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  const isHelp = getHelpFlagAdditions(config).some((flag) => own.includes(flag))
  if (isHelp || argv.every((word) => word === '--no-color')) return
  if (id === undefined || config.findCommand(id) || !config.findTopic(id)) return
  const {reportUnknownCommand} = await import('./errors/unknown-command.js')
  const code = await reportUnknownCommand([...id.split(':'), ...argv], config)
  // The error is shown; nothing else keeps oclif from continuing with the help.
  this.exit(code)
}
