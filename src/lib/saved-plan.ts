export {planDocument, type PlanFacts, type RunNote} from './saved-plan/format.js'
export {type SavedPlan} from './saved-plan/parse.js'
export {loadPlan} from './saved-plan/read.js'
export {checkPlanTarget, savePlan} from './saved-plan/write.js'
