import {cleanup} from './forms/cleanup.js'
import {type DocumentForm} from './forms/form.js'
import {check, report} from './forms/leaderboard.js'
import {datasetsList, runsGroup} from './forms/overview.js'
import {history, restore} from './forms/past.js'
import {explanations} from './forms/policy.js'
import {autocomplete, sandbox} from './forms/program.js'
import {changes} from './forms/protection.js'
import {show} from './forms/ranking.js'

/** Every document of a command that did not fail. */
export const DOCUMENTS: readonly DocumentForm[] = [
  cleanup,
  datasetsList,
  runsGroup,
  ...changes,
  show,
  check,
  report,
  explanations.all,
  history,
  restore,
  sandbox,
  autocomplete,
]
