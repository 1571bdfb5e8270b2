import {Fault} from './report-error.js'

/** Of the words after `help`: oclif's own way is its own help, and a stack. */
export class HelpFault extends Fault {
  static override id = 'help'
  static override baseFlags = {}
}
