import {byText} from '../../lib/base/text.js'

/** A command as its completion needs it. */
export interface CompletedCommand {
  /** `runs`, `group`. */
  words: string[]
  flags: CompletedFlag[]
  /** What may stand after the command, where that is known. */
  values: string[]
  takesFiles: boolean
}

/** A flag as its completion needs it. */
export interface CompletedFlag {
  name: string
  char: string | undefined
  takesValue: boolean
  /** All the values that it takes; empty where they are not known. */
  options: string[]
  takesFile: boolean
}

/** A command as oclif knows it, of which this much is asked. */
export interface OclifCommand {
  id: string
  hidden: boolean
  flags: Record<string, OclifFlag>
  args: Record<string, {name: string; options?: readonly string[] | undefined}>
}

interface OclifFlag {
  name: string
  type: string
  hidden?: boolean | undefined
  char?: string | undefined
  options?: readonly string[] | undefined
  helpValue?: string | string[] | undefined
}

const FILES = new Set(['DIR', 'dir', 'FILE', 'file'])

/** All commands that are shown, by name, with `--help`, which oclif takes everywhere. */
export function completedCommands(commands: OclifCommand[]): CompletedCommand[] {
  return commands
    .filter(({hidden}) => !hidden)
    .map(({id, flags, args}) => ({
      words: id.split(':'),
      flags: [...Object.values(flags).flatMap((flag) => (flag.hidden ? [] : [completedFlag(flag)])), HELP],
      values: Object.values(args).flatMap(({options = []}) => options),
      takesFiles: Object.values(args).some(({name}) => FILES.has(name)),
    }))
    .toSorted((a, b) => byText(a.words.join(' '), b.words.join(' ')))
}

const HELP: CompletedFlag = {name: 'help', char: 'h', takesValue: false, options: [], takesFile: false}

function completedFlag({name, type, char, options, helpValue}: OclifFlag): CompletedFlag {
  return {
    name,
    char,
    takesValue: type === 'option',
    options: [...(options ?? [])],
    takesFile: [helpValue].flat().some((value) => value !== undefined && FILES.has(value)),
  }
}
