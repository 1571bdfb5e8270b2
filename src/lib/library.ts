import * as apply from './apply.js'
import * as restore from './archive/restore.js'
import * as cleanup from './cleanup.js'
import * as datasets from './datasets.js'
import * as history from './history.js'
import * as check from './leaderboard-check.js'
import * as leaderboard from './leaderboard.js'
import {inLibraryWords, ofLibrary} from './library-words.js'
import * as policy from './policy.js'
import * as protecting from './protecting.js'
import * as retention from './retention.js'
import * as ranking from './row-ranking.js'
import * as plans from './saved-plan.js'
import * as sizes from './sizes.js'

/** The functions of the commands, with errors in the words of the library. */

/** @function */
export const applyPlan = ofLibrary(apply.applyPlan)
/** @function */
export const cleanupDatasets = ofLibrary(cleanup.cleanupDatasets)
/** @function */
export const deleteDatasets = ofLibrary(cleanup.deleteDatasets)
/** @function */
export const discoverSmoltraceDatasets = ofLibrary(datasets.discoverSmoltraceDatasets)
/** @function */
export const filterRuns = ofLibrary(retention.filterRuns)
/** @function */
export const loadPlan = ofLibrary(plans.loadPlan)
/** @function */
export const loadPolicy = ofLibrary(policy.loadPolicy)
/** @function */
export const protectLeaderboard = ofLibrary(protecting.protectLeaderboard)
/** @function */
export const protectRuns = ofLibrary(protecting.protectRuns)
/** @function */
export const rankRows = ofLibrary(ranking.rankRows)
/** @function */
export const readHistory = ofLibrary(history.readHistory)
/** @function */
export const readLeaderboardRows = ofLibrary(leaderboard.readLeaderboardRows)
/** @function */
export const readRanking = ofLibrary(ranking.readRanking)
/** @function */
export const readSizes = ofLibrary(sizes.readSizes)
/** @function */
export const restoreDatasets = ofLibrary(restore.restoreDatasets)
/** @function */
export const savePlan = ofLibrary(plans.savePlan)
/** @function */
export const unprotectLeaderboard = ofLibrary(protecting.unprotectLeaderboard)
/** @function */
export const unprotectRuns = ofLibrary(protecting.unprotectRuns)

/** @function */
export const checkLeaderboard: typeof check.checkLeaderboard = ofLibrary(async (options) =>
  inWords(await check.checkLeaderboard(options)),
)
/** @function */
export const checkRows: typeof check.checkRows = (rows, inventory) =>
  inWords(check.checkRows(rows, inventory))

/** What was found, with suggestions that hold no placeholders. */
function inWords<T extends check.Findings>(found: T): T {
  const findings = found.findings.map((each) => ({...each, suggestion: inLibraryWords(each.suggestion)}))
  return {...found, findings}
}
