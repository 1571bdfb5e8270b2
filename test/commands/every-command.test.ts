import {expect} from 'chai'

import {play} from '../recordings/play.js'
import {allScenarios} from '../recordings/scenarios.js'

describe('every command, over recorded traffic', () => {
  for (const [name, {argv, exitCode}] of allScenarios) {
    it(`[S17] ends with ${exitCode}, and prints with --json one document and nothing else: ${name}`, async () => {
      const plain = await play(name)
      const json = await play(name, ['--json'])
      expect([plain.exitCode, json.exitCode, json.stderr]).to.deep.equal([exitCode, exitCode, ''])
      // What else is in a document, and in an error, its schema says, which `runCli` holds it against.
      const {schemaVersion, command, error} = JSON.parse(json.stdout)
      expect({schemaVersion, command}).to.deep.equal({schemaVersion: 1, command: commandOf(argv)})
      if (exitCode === 0 || exitCode === 3) {
        expect(error).to.equal(undefined)
        return
      }

      expect(error.exitCode).to.equal(exitCode)
      expect(error.message).to.match(/^[^\n]+$/)
      expect(plain.stdout).to.equal('')
      expectOneLine(plain.stderr)
    })
  }
})

/** One line says what is wrong, after those that tell of repeats; what to do about it is indented. */
function expectOneLine(stderr: string): void {
  const [first = '', ...rest] = stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !/, trying again in \d+ s \(\d of 5\)\.$/.test(line))
  expect(first).to.match(/^Error: \S/)
  for (const line of rest) expect(line).to.match(/^ {2}\S/)
  expect(stderr).not.to.match(/^\s+at /m)
}

/** The words that name the command. */
function commandOf(argv: readonly string[]): string {
  const [topic = '', verb = ''] = argv
  return topic === 'cleanup' ? topic : `${topic} ${verb}`
}
