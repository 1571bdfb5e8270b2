export {checkPlanTarget, savePlan} from './files.js'
export {planDocument, type PlanFacts, type RunNote} from './format.js'
export {type SavedPlan} from './parse.js'
export {loadPlan} from './read.js'
