import {type Place} from './host.js'

/** One thing that has to hold. */
export interface Check {
  name: string
  /** Whether it is worth its time in a linked package, too, which is the same code found in another place. */
  isBrief?: boolean
  /** @throws where it does not hold */
  run: () => Promise<void>
}

/** What is looked at. */
export interface Subject {
  /** A host that our package was put into. */
  place: Place
  /** Help of the host without our package. */
  before: string
  /** Our commands, as words: `runs group`. */
  commands: readonly string[]
  /** Where the package is unpacked. */
  home: string
}
