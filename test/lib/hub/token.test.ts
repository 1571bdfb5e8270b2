import {expect} from 'chai'
import {inspect} from 'node:util'

import {SmoltraceError} from '../../../src/lib/base/errors.js'
import {registerSecret, safe} from '../../../src/lib/base/text.js'
import {rejectionOf} from '../../support/builders.js'
import {hubAt, type Reply, stubHubs} from './stub.js'

/** All that a token may consist of. */
const TOKEN = String.raw`hf_Ab1$"c'd\e/f~g.(H)+i<j>[k]{l}?m&n=o#p%q^r|s*t`
const NAME = 'kim/smoltrace-results-20260101_120000'
const byCode = (form: (code: number) => string) =>
  [...TOKEN].map((letter) => form(letter.codePointAt(0) ?? 0)).join('')

/** Forms in which the other side may send it back. */
const FORMS: Record<string, string> = {
  'as it is': TOKEN,
  'in an address': encodeURIComponent(TOKEN),
  'in a query': new URL(`http://x/?t=${TOKEN.replace('#', '%23')}`).search,
  'in JSON': JSON.stringify(TOKEN),
  'in JSON with letters by number': byCode((code) => `\\u${code.toString(16).padStart(4, '0')}`),
  'in HTML': TOKEN.replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;'),
  'in HTML, by number': byCode((code) => `&#${code};`),
  'in HTML, by hexadecimal number': byCode((code) => `&#x${code.toString(16)};`),
  'in Base64': Buffer.from(TOKEN).toString('base64'),
  'in Base64 behind a name': Buffer.from(`kim:${TOKEN}`).toString('base64'),
  'in Base64 of an address, behind a word': Buffer.from(`Bearer ${TOKEN}`).toString('base64url'),
}

/** The parts are letters that no text can have by chance. */
function expectNoToken(text: string): void {
  for (const [what, form] of Object.entries(FORMS)) expect(text, what).not.to.include(form)
  expect(text).not.to.include('Ab1').and.not.include('s*t')
}

describe('[S17] the token in hand', () => {
  before(() => registerSecret(TOKEN))

  it('is redacted in every form', () => {
    for (const form of Object.values(FORMS)) {
      expectNoToken(safe(`before ${form} after`))
      expect(safe(`before ${form} after`)).to.match(/^before .*hf_….* after$/)
    }
  })

  describe('that the other side sends back', () => {
    const {replies, closeAll} = stubHubs()

    afterEach(closeAll)

    const evil = `\u009B2J\u202E${TOKEN}`.replaceAll(/[^\u0020-\u00FF]/g, '')
    const type = 'application/json'
    const inLink = `<http://other.test/?t=${TOKEN.replaceAll(/[<>]/g, '')}>; rel="next"`
    const answers: Array<[what: string, reply: Reply]> = [
      ['in a body of JSON', {status: 400, json: {error: `${TOKEN} \u202E \u009B`}}],
      ['in a body of text', {status: 400, text: `no ${TOKEN}`}],
      [
        'in its id of the request and its code',
        {status: 404, headers: {'x-request-id': evil, 'x-error-code': evil}},
      ],
      ['in its message', {status: 403, headers: {'x-error-message': evil}}],
      ['in a link', {json: [], headers: {link: inLink}}],
      ['in the middle of broken JSON', {type, text: `["a", ${TOKEN}, "b"]`}],
      ['as the type of its body', {type: `text/${TOKEN}`, text: 'x'}],
      [
        'in a redirect',
        {status: 302, headers: {location: `http://other.test/?${encodeURIComponent(TOKEN)}`}},
      ],
    ]
    for (const [what, reply] of answers) {
      it(`${what} is in no field of an error, its stack and cause among them, nor is a control character`, async () => {
        const hub = hubAt((await replies(reply)).url, {token: TOKEN})
        for (const ask of [
          () => hub.listDatasets('kim'),
          () => hub.describe(NAME),
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
