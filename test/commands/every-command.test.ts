import {expect} from 'chai'

import {play} from '../recordings/play.js'
import {allScenarios} from '../recordings/scenarios.js'

describe('every command, over recordings', () => {
  for (const [name, scenario] of allScenarios) {
    it(`${name} ${scenario.exitCode}`, async () => {
      const result = await play(name)
      const j = await play(name, ['--json'])
      console.log(result, j.stdout.slice(0, 300), j.stderr, j.exitCode)
    })
  }
})
