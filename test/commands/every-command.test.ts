import {expect} from 'chai'

import {play} from '../recordings/play.js'
import {allScenarios} from '../recordings/scenarios.js'
import {type CliResult} from '../support/cli.js'

interface ErrorPart {
  name: string
  message: string
  exitCode: number
  suggestions: string[]
}

describe('every command, over recorded traffic', () => {
  for (const [name, scenario] of allScenarios) {
    describe(name, () => {
      let plain: CliResult
      let json: CliResult

      before(async () => {
        plain = await play(name)
        json = await play(name, ['--json'])
      })

      it(`ends with ${scenario.exitCode}, with and without --json`, () => {
        expect([plain.exitCode, json.exitCode]).to.deep.equal([scenario.exitCode, scenario.exitCode])
      })

      it('[S17] prints with --json one document and nothing else', () => {
        expectDocument(json, commandOf(scenario.argv))
      })

      if (scenario.exitCode !== 0 && scenario.exitCode !== 3) {
        it('says in one line what went wrong, and prints no answer', () => {
          expect(plain.stdout).to.equal('')
          expectOneLine(plain.stderr)
        })
      }
    })
  }
})

/** Checks the envelope, and that nothing but the document was printed. */
function expectDocument({stdout, stderr, exitCode}: CliResult, command: string): void {
  expect(stderr).to.equal('')
  const document = JSON.parse(stdout) as Record<string, any>
  expect(document).to.include({schemaVersion: 1, command})
  expect(document.warnings).to.be.an('array')
  if (exitCode === 0 || exitCode === 3) {
    expect(document).not.to.have.property('error')
    return
  }

  const error = document.error as ErrorPart
  expect(error).to.have.all.keys('name', 'message', 'exitCode', 'suggestions')
  expect(error.exitCode).to.equal(exitCode)
  expect(error.message).not.to.include('\n')
  expect(error.message).not.to.equal('')
}

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
