import {execute} from '@oclif/core'

// Found here by oclif, since this file is read anyway.
export {refuseFlagsOfTopic} from './hooks/refuse-flags-of-topic.js'
export {renewCompletions} from './hooks/renew-completions.js'

const NO_COLOUR = '--no-color'

/**
 * What `bin/run.js` starts: bundled with the commands, so that one copy of oclif is loaded, and from one file.
 * @param options of oclif's `execute`: where our face to it is
 */
export async function start(options: Parameters<typeof execute>[0]): Promise<void> {
  await execute({...options, args: withoutColours(process.argv.slice(2))})
}

/**
 * Takes `--no-color` off the front: it is for the whole program, whatever command follows, and oclif would take it for one.
 * @returns the arguments after it
 */
function withoutColours(argv: string[]): string[] {
  if (argv[0] !== NO_COLOUR) return argv
  const first = argv.findIndex((word) => word !== NO_COLOUR)
  process.env.NO_COLOR = '1'
  delete process.env.FORCE_COLOR
  return first === -1 ? [] : argv.slice(first)
}
