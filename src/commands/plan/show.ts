import {Args} from '@oclif/core'

import {BaseCommand} from '../../cli/base-command.js'
import {examplesOf, FROM_COMMAND_LINE} from '../../cli/flags/shared.js'
import {LOCAL_CODES} from '../../lib/base/exit-codes.js'
import {loadPlan} from '../../lib/plan/saved/files.js'
import {savedPlanDocument} from '../../lib/views/json/documents.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {formatSavedPlan} from '../../lib/views/terminal/cleanup.js'

export default class PlanShow extends BaseCommand {
  static override summary = 'Show a saved plan.'
  static override exitCodes = LOCAL_CODES
  static override description = `Shows what \`cleanup --plan FILE\` saved: which datasets would be deleted, why, who made the plan and when. Checks that the plan is complete and was not edited. Does not contact the Hub and needs no token: \`cleanup --apply FILE\` compares the plan with the Hub, and deletes nothing without --no-dry-run.`
  static override examples = examplesOf([
    ['Review a plan:', 'plan.json'],
    ['Count the datasets that it deletes:', 'plan.json --json | jq .wouldDelete'],
    ['List the datasets that it deletes:', `plan.json --json | jq -r '.delete[].deletes[].name'`],
  ])
  static override args = {
    file: Args.string({...FROM_COMMAND_LINE, description: 'The saved plan.', required: true}),
  }

  async run(): Promise<Content<'plan show'>> {
    const {file} = (await this.parse(PlanShow)).args
    const saved = await loadPlan(file, 'show')
    if (!this.jsonEnabled()) await this.print(formatSavedPlan(saved, {file, bin: this.bin}, this.screen))
    return savedPlanDocument(saved, file)
  }
}
