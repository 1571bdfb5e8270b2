import {expect} from 'chai'
import {existsSync, readdirSync} from 'node:fs'

import {play} from '../recordings/play.js'
import {allScenarios, scenarios} from '../recordings/scenarios.js'
import {type CliResult, root, runCli} from '../support/cli.js'
import {listedIn, readRecording} from '../support/recordings.js'

const RECORDINGS = `${root}test/recordings`

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

      it('prints with --json one document and nothing else', () => {
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

  it('is all there is on file', () => {
    const files = readdirSync(RECORDINGS).filter((file) => file.endsWith('.json'))
    expect(files.toSorted()).to.deep.equal(
      Object.keys(scenarios)
        .map((name) => `${name}.json`)
        .toSorted(),
    )
  })
})

describe('what is on file', () => {
  for (const name of [...Object.keys(scenarios), ...recordedFromHub()]) {
    it(`says of ${name} neither who recorded it nor with which token`, () => {
      const text = JSON.stringify(readRecording(name))
      expect(text).not.to.match(/hf_\w/)
      expect(text).not.to.match(/[\w.]+@[\w.]+\.\w/)
      expect(text).not.to.match(/avatar|fullname|displayName|request-id|127\.0\.0\.1|localhost/i)
      for (const {scope} of readRecording(name)) expect(scope).to.equal('https://huggingface.co')
    })
  }

  for (const name of recordedFromHub()) {
    const scenario = name.replace('hub/', '') as keyof typeof scenarios
    it(`${name}, recorded from the real Hub, is understood as well`, async () => {
      const result = await play(scenario, ['--json'], {recording: name})
      expect(result.exitCode).to.equal(scenarios[scenario].exitCode)
      const document = expectDocument(result, commandOf(scenarios[scenario].argv))
      if (scenario !== 'datasets-list') return
      const listed = listedIn(name).filter((id) =>
        /\/smoltrace-(results|traces|metrics)-\d{8}_\d{6}$/.test(id),
      )
      expect(document.datasets.length).to.equal(listed.length)
    })
  }
})

describe('every command under --help', () => {
  for (const argv of new Set(allScenarios.map(([, {argv: all}]) => commandOf(all)))) {
    it(`explains ${argv} without a token and without the Hub`, async () => {
      const {stdout, stderr, exitCode} = await runCli([...argv.split(' '), '--help'])
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
      expect(stdout).to.include('USAGE').and.to.include(`smoltrace ${argv}`).and.to.include('--json')
    })
  }
})

/** Checks the envelope, and that nothing but the document was printed. */
function expectDocument({stdout, stderr, exitCode}: CliResult, command: string): Record<string, any> {
  expect(stderr).to.equal('')
  const document = JSON.parse(stdout) as Record<string, any>
  expect(document).to.include({schemaVersion: 1, command})
  expect(document.warnings).to.be.an('array')
  if (exitCode === 0 || exitCode === 3) {
    expect(document).not.to.have.property('error')
    return document
  }

  const error = document.error as ErrorPart
  expect(error).to.have.all.keys('name', 'message', 'exitCode', 'suggestions')
  expect(error.exitCode).to.equal(exitCode)
  expect(error.message).not.to.include('\n')
  expect(error.message).not.to.equal('')
  return document
}

/** One line says what is wrong; what to do about it is indented. */
function expectOneLine(stderr: string): void {
  const [first = '', ...rest] = stderr.trimEnd().split('\n')
  expect(first).to.match(/^Error: \S/)
  for (const line of rest) expect(line).to.match(/^ {2}\S/)
  expect(stderr).not.to.match(/^\s+at /m)
}

/** The words that name the command. */
function commandOf(argv: readonly string[]): string {
  const [topic = '', verb = ''] = argv
  return topic === 'cleanup' ? topic : `${topic} ${verb}`
}

function recordedFromHub(): string[] {
  const folder = `${RECORDINGS}/hub`
  return existsSync(folder) ? readdirSync(folder).map((file) => `hub/${file.replace('.json', '')}`) : []
}
