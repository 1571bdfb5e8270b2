import {Help} from '@oclif/core'

import {splitArguments} from './lib/sandbox/arguments.js'

/** oclif takes a `--help` anywhere for the first command's; after `sandbox` it belongs to the command that runs inside. */
export default class SmoltraceHelp extends Help {
  override async showHelp(argv: string[]): Promise<void> {
    const [first, ...rest] = argv
    const {inner} = splitArguments(rest)
    await super.showHelp(first === 'sandbox' && inner.length > 0 ? inner : argv)
  }
}
