import {indented, paragraphs, wrapText} from '../../lib/views/terminal/layout.js'
import {type Screen} from '../../lib/views/terminal/style.js'
import {formatPairs} from '../../lib/views/terminal/table.js'
import {DEFAULTS} from '../flags/defaults.js'

/** Every variable that a person may set, and what it does. */
const VARIABLES: ReadonlyArray<readonly [names: string, what: string]> = [
  ['HF_TOKEN', 'Token for the Hub.'],
  ['HUGGING_FACE_HUB_TOKEN', 'The same, if HF_TOKEN is not set.'],
  ['HF_TOKEN_PATH', 'File with the token (default: $HF_HOME/token).'],
  ['HF_HOME', 'Folder of that file (default: ~/.cache/huggingface).'],
  ['HF_ENDPOINT', 'Address of the Hub (default: https://huggingface.co).'],
  ['HF_HUB_OFFLINE', '1: never contact the Hub.'],
  ['TRANSFORMERS_OFFLINE', 'The same.'],
  ['HF_HUB_DOWNLOAD_TIMEOUT', 'Seconds to wait for a silent Hub (default: 60).'],
  [DEFAULTS.namespace, 'Default of --namespace.'],
  [DEFAULTS.archive, 'Default of `cleanup --archive`.'],
  [DEFAULTS.concurrency, 'Default of --concurrency.'],
  ['SMOLTRACE_DATA_DIR', 'Folder for the history and leaderboard copies.'],
  ['SMOLTRACE_PLAIN', '1: print lines instead of redrawing the screen.'],
  ['CI', 'The same, set by most CI services.'],
  ['TERM', 'dumb: the same, without colours.'],
  ['NO_COLOR', '1: no colours.'],
  ['FORCE_COLOR', '1: colours, even in a pipe.'],
  ['HTTPS_PROXY', 'Proxy for the Hub.'],
  ['HTTP_PROXY', 'Proxy if HF_ENDPOINT starts with http://.'],
  ['ALL_PROXY', 'Proxy if neither of these is set.'],
  ['NO_PROXY', 'Hosts to reach without a proxy.'],
  ['NODE_EXTRA_CA_CERTS', 'File with the certificates of your own CA.'],
  ['XDG_DATA_HOME', 'Base folder for data (default: ~/.local/share).'],
  ['XDG_CACHE_HOME', 'Base folder for caches (default: ~/.cache).'],
  ['DEBUG', '1: show where an error comes from.'],
]

/** The word after `help` that shows them. */
export const ENVIRONMENT = 'environment'

/** What `help environment` shows. */
export function formatEnvironment({style, width = Infinity}: Screen): string {
  return paragraphs([
    wrapText('Environment variables. A flag always wins; an empty variable counts as unset.', width),
    indented(formatPairs(VARIABLES, {style, width: width - 2}), '  '),
  ])
}
