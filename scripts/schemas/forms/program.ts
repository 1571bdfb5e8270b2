import {SHELLS} from '../../../src/cli/completion/shells.js'
import {orNull, text, word} from '../words.js'
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

const shell = word(SHELLS, 'The shell.')

/** How words are completed. */
export const completions: readonly DocumentForm[] = [
  {
    command: 'autocomplete',
    title: 'smoltrace autocomplete --json',
    description: 'How a shell is told of the completion; all null with --refresh-cache, which only writes.',
    properties: {
      shell: orNull(shell),
      profile: orNull(text('The file that the shell reads at its start.')),
      install: orNull(text('What to run once in that shell.')),
    },
  },
  {
    command: 'autocomplete script',
    title: 'smoltrace autocomplete script --json',
    description: 'What the profile of a shell needs.',
    properties: {shell, line: text('What stands in the profile.')},
  },
]
