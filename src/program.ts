/** What `bin/run.js` starts: bundled with the commands, so that one copy of oclif is loaded, and from one file. */
export {execute} from '@oclif/core'
