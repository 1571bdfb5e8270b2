/** Of oclif's plugin, by their paths: its front door exports nothing. They are bundled, so that nobody else has to find them. */
export {default as PowerShellCompletion} from '../../../node_modules/@oclif/plugin-autocomplete/lib/autocomplete/powershell.js'
export {default as ZshCompletion} from '../../../node_modules/@oclif/plugin-autocomplete/lib/autocomplete/zsh.js'
