import {expect} from 'chai'
import {existsSync, readdirSync} from 'node:fs'
import {brotliCompressSync, gzipSync} from 'node:zlib'

import {startSandbox} from '../../src/lib/sandbox/index.js'
import {root} from '../support/cli.js'
import {isRunDataset} from '../support/hub.js'
import {type Exchange, listedIn, playJson, readRecording} from './play.js'
import {recordFromHub, recordFromSandbox} from './record.js'
import {allScenarios, type Scenario, type ScenarioName, scenarios} from './scenarios.js'

/** Recordings that a person has made of the real Hub. */
const fromHub = existsSync(`${root}test/recordings/hub`)
  ? readdirSync(`${root}test/recordings/hub`).map((file) => file.replace('.json', '') as ScenarioName)
  : []
const onFile = [...Object.keys(scenarios), ...fromHub.map((name) => `hub/${name}`)]

describe('what is on file', () => {
  it('is one recording for each scenario', () => {
    const files = readdirSync(`${root}test/recordings`).filter((file) => file.endsWith('.json'))
    const wanted = Object.keys(scenarios).map((name) => `${name}.json`)
    expect(files.toSorted()).to.deep.equal(wanted.toSorted())
  })

  for (const [name, scenario] of allScenarios) {
    it(`is, of ${name}, what the sandbox would say again`, async () => {
      expect(await recordFromSandbox(scenario)).to.deep.equal(readRecording(name))
    })
  }

  for (const name of onFile) {
    it(`says of ${name} neither who recorded it nor with which token`, () => expectAnonymous(readRecording(name)))
  }

  for (const name of fromHub) {
    it(`is understood, of ${name}, as the real Hub said it`, async () => {
      const document = await playJson(name, [], {recording: `hub/${name}`})
      expect(document.schemaVersion).to.equal(1)
      if (name !== 'datasets-list') return
      const names = listedIn(`hub/${name}`).filter((id) => isRunDataset(id, 'mira'))
      expect(document.datasets).to.have.length(names.length)
    })
  }
})

describe('a recording of the real Hub', () => {
  const scenario: Scenario = scenarios['datasets-list']

  for (const [encoding, compress] of [
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const) {
    it(`is readable and anonymous, from answers in ${encoding} about a person with another name`, async () => {
      const renamed = (text: string) =>
        text.replaceAll(/\bmira\b/g, 'john-doe').replaceAll('Mira Lindqvist', 'John Doe')
      const hub = await startSandbox({
        ...scenario.hub,
        async onRequest(request, answer) {
          request.path = request.path.replaceAll('john-doe', 'mira')
          const {status, headers, body} = answer()
          const texts = Object.entries(headers).map(([name, value]) => [name, renamed(value)])
          const own = {'Content-Encoding': encoding, 'Set-Cookie': 'token=hf_secret'}
          return {
            status,
            headers: {...Object.fromEntries(texts), ...own},
            body: compress(renamed(body.toString())),
          }
        },
      })
      const recorded = await recordFromHub(scenario, hub.url, hub.token).finally(hub.close)
      expectAnonymous(recorded)
      const placesOf = (exchanges: Exchange[]) =>
        exchanges.map(({path}) => path.replace(/cursor=.*/, 'cursor').replace(/[\da-f]{40}/, 'commit'))
      expect(placesOf(recorded)).to.deep.equal(placesOf(readRecording('datasets-list')))
      const pages = recorded.filter(({path}) => path.startsWith('/api/datasets?'))
      const listed = pages.flatMap(({response}) => (Array.isArray(response) ? response : []))
      const names = listed.map(({id}: {id: string}) => id)
      expect(names).to.include('mira/smoltrace-leaderboard').and.to.include('mira/other-1')
      expect(names.filter((name) => isRunDataset(name, 'mira'))).to.have.length(21)
    })
  }
})

function expectAnonymous(exchanges: Exchange[]): void {
  const text = JSON.stringify(exchanges)
  expect(text).not.to.match(/hf_\w/)
  expect(text).not.to.match(/[\w.]+@[\w.]+\.\w/)
  expect(text).not.to.match(/avatar|fullname|displayName|request-id|127\.0\.0\.1|localhost/i)
  expect(text).not.to.match(/john-doe|tinyagents|balcony/)
  for (const {scope} of exchanges) expect(['https://huggingface.co', 'https://cdn.hf.example']).to.include(scope)
}
