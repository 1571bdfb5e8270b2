import {expect} from 'chai'

import {setVariables} from '../src/cli/output.js'
import {forgetSettings} from './support/forget-settings.js'

describe('the settings of a machine', () => {
  it("are forgotten where they are the program's, and those of the tests are not", () => {
    const ours = [
      'SMOLTRACE_PLAIN',
      'SMOLTRACE_DATA_DIR',
      'HF_TOKEN',
      'HUGGING_FACE_HUB_TOKEN',
      'FORCE_COLOR',
    ]
    const tests = {TEST_FAULTS: 'all', TEST_KILL_ROUNDS: '3', MOCHA_SCRATCH: '/scratch'}
    const restore = setVariables({...Object.fromEntries(ours.map((name) => [name, '1'])), ...tests})
    try {
      forgetSettings()
      for (const name of ours) expect(process.env).not.to.have.property(name)
      expect(process.env).to.include(tests)
    } finally {
      restore()
    }
  })
})
