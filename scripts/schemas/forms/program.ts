import {SHELLS} from '../../../src/cli/completion.js'
import {text, word} from '../words.js'
import {type DocumentForm} from './form.js'

/** Where the sandbox serves. */
export const sandbox: DocumentForm = {
  command: 'sandbox',
  title: 'smoltrace sandbox --json',
  description: 'Where the sandbox serves. It is printed when serving begins.',
  properties: {
    endpoint: {type: 'string', format: 'uri', description: 'For HF_ENDPOINT.'},
    token: text('For HF_TOKEN; good for nothing else.'),
    user: text('The invented person.'),
    organisation: text('Their organisation.'),
  },
}

/** How words are completed. */
export const autocomplete: DocumentForm = {
  command: 'autocomplete',
  title: 'smoltrace autocomplete --json',
  description: 'How a shell is told of the completion.',
  properties: {
    shell: word(SHELLS, 'The shell.'),
    profile: text('The file that the shell reads at its start.'),
    script: text('What belongs in that file.'),
  },
}
