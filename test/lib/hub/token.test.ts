import {expect} from 'chai'
import {inspect} from 'node:util'

import {SmoltraceError} from '../../../src/lib/base/errors.js'
import {hideToken, safe} from '../../../src/lib/base/text.js'
import {connectHub, type Hub} from '../../../src/lib/hub/client.js'
import {json, rejectionOf, type StubServer, stubServers} from '../../support/builders.js'

/** All that a token may consist of. */
const TOKEN = String.raw`hf_Ab1$"c'd\e/f~g.(H)+i<j>[k]{l}?m&n=o#p%q^r|s*t`
const NAME = 'kim/smoltrace-results-20260101_120000'

/** Forms in which the other side may send it back. */
const FORMS: Array<[what: string, form: string]> = [
  ['as it is', TOKEN],
  ['in an address', encodeURIComponent(TOKEN)],
  ['in a query', new URL(`http://x/?t=${TOKEN.replace('#', '%23')}`).search],
  ['in JSON', JSON.stringify(TOKEN)],
  [
    'in JSON with letters by number',
    [...TOKEN].map((each) => `\\u${(each.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`).join(''),
  ],
  [
    'in HTML',
    TOKEN.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  ],
  ['in HTML, by number', [...TOKEN].map((each) => `&#${each.codePointAt(0)};`).join('')],
  [
    'in HTML, by hexadecimal number',
    [...TOKEN].map((each) => `&#x${each.codePointAt(0)?.toString(16)};`).join(''),
  ],
  ['in Base64', Buffer.from(TOKEN).toString('base64')],
  ['in Base64 behind a name', Buffer.from(`kim:${TOKEN}`).toString('base64')],
  ['in Base64 of an address, behind a word', Buffer.from(`Bearer ${TOKEN}`).toString('base64url')],
]

/** Letters of a token that no text can have by chance. */
function expectNoToken(text: string): void {
  for (const [what, form] of FORMS) expect(text, what).not.to.include(form)
  expect(text).not.to.include('Ab1').and.not.include('s*t')
}

describe('[S17] the token in hand', () => {
  before(() => hideToken(TOKEN))

  for (const [what, form] of FORMS) {
    it(`is blotted out ${what}`, () => {
      expectNoToken(safe(`before ${form} after`))
      expect(safe(`before ${form} after`)).to.match(/^before .*hf_….* after$/)
    })
  }

  it('leaves alone what only begins like it', () => {
    for (const text of ['smoltrace', 'a b c', 'results-20260101_120000']) expect(safe(text)).to.equal(text)
  })

  describe('that the other side sends back', () => {
    const {start, closeAll} = stubServers()

    afterEach(closeAll)

    const connect = async (answer: Parameters<typeof start>[0]): Promise<[Hub, StubServer]> => {
      const server = await start(answer)
      return [connectHub({endpoint: server.url, token: TOKEN, source: 'test'}), server]
    }

    const evil = `\u009B2J\u202E${TOKEN}`.replaceAll(/[^\u0020-\u00FF]/g, '')
    const answers: Array<[what: string, answer: Parameters<typeof start>[0]]> = [
      [
        'in a body of JSON',
        (_, response) => json(response, {error: `${TOKEN} \u202E \u009B`}, {status: 400}),
      ],
      ['in a body of text', (_, response) => response.writeHead(400).end(`no ${TOKEN}`)],
      ['in its id of the request', (_, response) => response.writeHead(400, {'x-request-id': evil}).end()],
      ['in its code', (_, response) => response.writeHead(404, {'x-error-code': evil}).end()],
      ['in its message', (_, response) => response.writeHead(403, {'x-error-message': evil}).end()],
      [
        'in a link',
        (_, response) =>
          json(response, [], {
            headers: {link: `<http://other.test/?t=${TOKEN.replaceAll(/[<>]/g, '')}>; rel="next"`},
          }),
      ],
      [
        'in a link that cannot be read',
        (_, response) => json(response, [], {headers: {link: `<?t=${TOKEN}>; rel=next`}}),
      ],
      [
        'in broken JSON',
        (_, response) => response.writeHead(200, {'content-type': 'application/json'}).end(`[${TOKEN}`),
      ],
      [
        'in the middle of broken JSON',
        (_, response) =>
          response.writeHead(200, {'content-type': 'application/json'}).end(`["a", ${TOKEN}, "b"]`),
      ],
      [
        'as the type of its body',
        (_, response) => response.writeHead(200, {'content-type': `text/${TOKEN}`}).end('x'),
      ],
      [
        'in a redirect',
        (_, response) =>
          response.writeHead(302, {location: `http://other.test/?${encodeURIComponent(TOKEN)}`}).end(),
      ],
    ]
    for (const [what, answer] of answers) {
      it(`${what} is in no field of an error, its stack and cause among them, nor is a control character`, async () => {
        const [hub] = await connect(answer)
        for (const ask of [
          () => hub.listDatasets('kim'),
          () => hub.headOf(NAME),
          () => hub.deleteDataset(NAME, 'kim', 'run'),
        ]) {
          const error = await rejectionOf(
            ask().then((value) => {
              throw new SeenError(inspect(value))
            }),
          )
          if (!(error instanceof SeenError)) expect(error).to.be.instanceOf(SmoltraceError)
          const all = `${inspect(error, {depth: 9})} ${error.stack} ${JSON.stringify(error)}`
          expectNoToken(all)
          expect(all).not.to.match(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]|hf_Ab/)
        }
      })
    }
  })
})

/** What was read where nothing went wrong. */
class SeenError extends Error {}
