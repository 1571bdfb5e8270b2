import {indented, wrapText} from '../../lib/views/terminal/layout.js'
import {type Entry, layOutEntries, widthOfTerms, wrapCommand} from './layout.js'

/** What the first page names. */
interface Landing {
  bin: string
  version: string
  /** Commands and topics, by name. */
  commands: readonly Entry[]
  /** Columns of the terminal. */
  width: number
  /** Sets a heading off. */
  heading: (text: string) => string
}

/** First steps, in the order in which a new user takes them. */
const FIRST_STEPS: readonly Entry[] = [
  ['Try it, without an account and with nothing real to lose:', 'sandbox cleanup --keep-recent 3'],
  ['With `hf auth login`, or HF_TOKEN set, see your evaluation runs:', 'runs group'],
  ['See what a cleanup would delete; --no-dry-run deletes it:', 'cleanup --older-than 30d'],
]

/** The order in which commands are met; those not named here come after them. */
const ORDER = ['cleanup', 'runs', 'datasets', 'leaderboard', 'policy', 'history', 'restore', 'sandbox']

/** What the bare name of the program shows: 24 lines of 80 columns. */
export function formatLanding({bin, version, commands, width, heading}: Landing): string {
  const room = width - 2
  const title = `smoltrace ${version}: keeps the Hugging Face Hub tidy after SMOLTRACE evaluations.`
  const steps = FIRST_STEPS.map(([why, command]) => {
    const line = wrapCommand(`$ ${bin} ${command}`, room - 2, '\\')
    return `${wrapText(why, room)}\n${indented(line, '  ')}`
  })
  const sorted = [...commands].sort(([a], [b]) => placeOf(a) - placeOf(b))
  return [
    wrapText(`${title}\nNothing is ever deleted without --no-dry-run and a confirmation.`, width),
    '',
    heading('FIRST STEPS'),
    indented(steps.join('\n'), '  '),
    '',
    heading('COMMANDS'),
    indented(layOutEntries(sorted, widthOfTerms(sorted), room), '  '),
    '',
    wrapText(`Examples, flags and exit codes: ${bin} COMMAND --help`, width),
  ].join('\n')
}

function placeOf(command: string): number {
  const place = ORDER.indexOf(command)
  return place === -1 ? ORDER.length : place
}
