import RunsGroup from './group.js'

/** What other tools call it. An alias would take the words from a host, too, in which they may name a command of its own. */
export default class RunsList extends RunsGroup {
  static override hidden = true
}
