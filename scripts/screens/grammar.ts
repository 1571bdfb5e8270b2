import {shellWords} from '../../test/support/shell-words.js'

/** Lines to be shown: from the first that begins with a text to the next that does with another; the rest becomes `…`. */
export interface Excerpt {
  from: string
  /** `undefined`: that line alone. */
  to: string | undefined
}

/** A command line of a screen. */
export interface Command {
  words: string[]
  line: string
  exitCode: number
  isShown: boolean
  /** Warnings and errors are part of the screen. */
  showsStderr: boolean
  excerpts: Excerpt[]
  /** What a person does at a terminal; empty where there is none. */
  actions: Action[]
}

/** Keys to press, or what to wait for. */
export interface Action {
  kind: 'end' | 'press' | 'type' | 'until'
  text: string
}

/** Something that happens before or on a screen. */
export type Step = {kind: 'command'; command: Command} | {kind: 'later'; age: string}

/** What a comment before a fence asks for. */
export interface Request {
  /** Whether it goes on with the Hub and the folder of the screen before. */
  goesOn: boolean
  runs: number | undefined
  steps: Step[]
}

const SIGNS = /^(?<sign>[$(])\s*(?<line>smoltrace(?: .+?)?)\s*\)?$/

/**
 * Reads a comment such as
 *
 *     screen, go on
 *     ( smoltrace runs protect 20261020_090213 )
 *     later 2d
 *     $ smoltrace cleanup --older-than 30d --no-dry-run
 *     show Runs to delete … blank
 *     exit 2
 *
 * `$` runs a command and shows it, parentheses run it unseen. What follows belongs to the command before it: `show`, `exit`,
 * `stderr`, and at a terminal `until`, `press`, `type` and
 * `end`, which waits for the program to end.
 * @returns nothing where the comment is another one
 * @throws Error where a line says nothing that is known.
 */
export function readRequest(comment: string): Request | undefined {
  const [head = '', ...lines] = comment
    .trim()
    .split('\n')
    .map((line) => line.trim())
  const options = /^screen(?<goesOn>, go on)?(?:, (?<runs>\d+) runs)?$/.exec(head)?.groups
  if (!options) return undefined
  const request: Request = {
    goesOn: options.goesOn !== undefined,
    runs: options.runs === undefined ? undefined : Number(options.runs),
    steps: [],
  }
  for (const line of lines) addLine(request.steps, line)
  return request
}

function addLine(steps: Step[], line: string): void {
  const {sign, line: words} = SIGNS.exec(line)?.groups ?? {}
  if (words !== undefined) {
    steps.push({kind: 'command', command: newCommand(words.trim(), sign === '$')})
    return
  }

  const [, verb = '', rest = ''] = /^(\w+)\s*(.*)$/.exec(line) ?? []
  if (verb === 'later') {
    steps.push({kind: 'later', age: rest})
    return
  }

  const step = steps.findLast(({kind}) => kind === 'command')
  if (step?.kind !== 'command' || !addTo(step.command, verb, rest))
    throw new Error(`a screen cannot do this: ${line}`)
}

function newCommand(line: string, isShown: boolean): Command {
  return {
    line,
    words: shellWords(line).slice(1),
    isShown,
    exitCode: 0,
    showsStderr: false,
    excerpts: [],
    actions: [],
  }
}

function addTo(command: Command, verb: string, rest: string): boolean {
  switch (verb) {
    case 'exit': {
      command.exitCode = Number(rest)
      return true
    }

    case 'end':
    case 'press':
    case 'type':
    case 'until': {
      command.actions.push({kind: verb, text: rest})
      return true
    }

    case 'show': {
      const [from = '', to] = rest.split(' … ')
      command.excerpts.push({from, to})
      return true
    }

    case 'stderr': {
      command.showsStderr = true
      return true
    }

    default: {
      return false
    }
  }
}
