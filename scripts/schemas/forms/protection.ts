import {list, named, orNull, text, yesNo} from '../words.js'
import {type DocumentForm} from './form.js'

const interrupted = yesNo('Whether an interruption left cards as they were.')

const pinning = {
  leaderboard: orNull(
    text('Full name of the leaderboard, in which pins are kept beside the tags; null where there is none.'),
  ),
  changed: yesNo('Whether anything was written; false where all was so already.'),
  interrupted,
}

/** What became of pins and of the protection. */
export const changes: readonly DocumentForm[] = [
  {
    command: 'runs protect',
    title: 'smoltrace runs protect --json',
    description: 'The runs that were to be pinned.',
    properties: {...pinning, runs: list(named('PinnedRun'), 'In the order in which they were named.')},
  },
  {
    command: 'runs unprotect',
    title: 'smoltrace runs unprotect --json',
    description: 'The runs whose pins were to be lifted.',
    properties: {...pinning, runs: list(named('UnpinnedRun'), 'In the order in which they were named.')},
  },
  {
    command: 'leaderboard protect',
    title: 'smoltrace leaderboard protect --json',
    description: "The leaderboard's protection, and the runs that were to be pinned with it.",
    properties: {
      leaderboard: text('Full name of the leaderboard.'),
      changed: yesNo("Whether the leaderboard's own protection is new."),
      protection: named('Protection'),
      runs: list(named('PinnedRun'), 'With --runs or --top: the runs that the leaderboard cites.'),
      inDoubt: list(
        named('RunInDoubt'),
        'The runs that are not pinned because it is in doubt whether they are among these.',
      ),
      interrupted,
    },
  },
  {
    command: 'leaderboard unprotect',
    title: 'smoltrace leaderboard unprotect --json',
    description: "What became of the leaderboard's protection.",
    properties: {
      leaderboard: text('Full name of the leaderboard.'),
      changed: yesNo('Whether there was a protection to lift.'),
      lifted: orNull(named('Protection')),
    },
  },
]
