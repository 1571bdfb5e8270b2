import {type Command, CommandHelp} from '@oclif/core'

import {type ExitCode, formatExitCodes} from '../../lib/base/exit-codes.js'

/** Calls and examples have to be on the first screen. */
const SECTIONS = ['USAGE', 'EXAMPLES', 'DESCRIPTION', 'ARGUMENTS', 'FLAGS']
/** Groups of flags that other commands have too; a command's own come before them, in its order. */
const COMMON_GROUPS = ['OUTPUT', 'CONNECTION']

type DescribedCommand = Command.Loadable & {exitCodes?: readonly ExitCode[]}

/** A command's help: oclif's, in another order, with exit codes. */
export class SmoltraceCommandHelp extends CommandHelp {
  protected override sections(): ReturnType<CommandHelp['sections']> {
    const {exitCodes = []} = this.command as DescribedCommand
    const all = super.sections()
    return [
      ...SECTIONS.flatMap((title) => all.filter(({header}) => header === title)),
      {header: 'EXIT CODES', generate: () => formatExitCodes(exitCodes)},
    ]
  }

  protected override groupFlags(flags: Command.Flag.Any[]): ReturnType<CommandHelp['groupFlags']> {
    const {mainFlags, flagGroups} = super.groupFlags(flags)
    const sorted = Object.entries(flagGroups).sort(([a], [b]) => placeOf(a) - placeOf(b))
    return {mainFlags, flagGroups: Object.fromEntries(sorted)}
  }

  protected override defaultUsage(): string {
    const args = Object.values(this.command.args ?? {}).map((arg) => this.arg(arg))
    return ['<%= command.id %>', ...args, '[FLAGS]'].join(' ')
  }

  protected override arg(arg: Command.Arg.Any): string {
    return `${super.arg(arg)}${arg.multiple || this.command.strict === false ? '...' : ''}`
  }

  /** The summary stands above the help. */
  protected override description(): string | undefined {
    return this.command.description && this.wrap(this.command.description)
  }

  /** Without the blank lines, which take half of the screen. */
  protected override examples(examples: Command.Example[] | string | undefined): string | undefined {
    return super.examples(examples)?.replaceAll('\n\n', '\n')
  }
}

function placeOf(group: string): number {
  return COMMON_GROUPS.indexOf(group)
}
