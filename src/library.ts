import * as datasets from './lib/account/datasets.js'
import * as check from './lib/account/leaderboard/check.js'
import * as ranking from './lib/account/leaderboard/ranking.js'
import * as leaderboard from './lib/account/leaderboard/read.js'
import * as protecting from './lib/account/protection/protect.js'
import * as sizes from './lib/account/sizes.js'
import * as restore from './lib/archive/restore.js'
import * as apply from './lib/cleanup/apply.js'
import * as cleanup from './lib/cleanup/cleanup.js'
import * as history from './lib/cleanup/journal/history.js'
import * as plans from './lib/plan/saved/saved-plan.js'
import * as retention from './lib/retention/decide.js'
import * as policy from './lib/retention/policy/load.js'
import {inLibraryWords, ofLibrary} from './library-words.js'

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
