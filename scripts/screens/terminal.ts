import {fileURLToPath} from 'node:url'

import {cleanEnv} from '../../test/support/process.js'
import {startInTerminal} from '../../test/support/pty.js'
import {type Command} from './grammar.js'

const KEYS: Record<string, string> = {
  Down: '\u001B[B',
  Up: '\u001B[A',
  End: '\u001B[F',
  Space: ' ',
  Enter: '\r',
}
const ROWS = 60
const COLUMNS = 80

/**
 * Runs the built program in a terminal, does there what a person would, and takes the screen when the last action is over.
 * Then the terminal is closed as by Ctrl-C.
 */
export async function showInTerminal(
  command: Command,
  env: Record<string, string>,
  now: Date,
): Promise<string> {
  const clock = fileURLToPath(new URL('clock.js', import.meta.url))
  const terminal = startInTerminal(
    command.words,
    cleanEnv(undefined, {
      ...env,
      NO_COLOR: '1',
      NODE_OPTIONS: `--import ${clock}`,
      SCREENS_NOW: now.toISOString(),
    }),
    {rows: ROWS, columns: COLUMNS},
  )
  for (const {kind, text} of command.actions) {
    switch (kind) {
      case 'until': {
        await terminal.waitFor(text)
        break
      }

      case 'end': {
        await terminal.finished
        break
      }

      case 'type': {
        terminal.type(text)
        break
      }

      default: {
        terminal.press(keysOf(text))
      }
    }
  }

  const shown = terminal.screen.everything().join('\n').trimEnd()
  terminal.ctrlC()
  await terminal.finished
  return shown
}

/** Keys by their names, between blanks; letters are themselves. */
function keysOf(names: string): string {
  return names
    .split(' ')
    .map((name) => KEYS[name] ?? name)
    .join('')
}
