import {commands} from '@oclif/plugin-help'

/** oclif's own, as a command of ours: to find and to read it as a plugin would take each start longer. */
export default commands.help
