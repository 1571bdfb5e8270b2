import {expect} from 'chai'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {homedir, tmpdir} from 'node:os'
import {join} from 'node:path'

import {NotAllowedError, RefusedError, SmoltraceError, UsageError} from '../../../src/lib/base/errors.js'
import {findCredentials} from '../../../src/lib/hub/credentials.js'
import {rejectionOf} from '../../support/builders.js'

describe('credentials', () => {
  let home: string
  const write = (path: string, content: Buffer | string) => {
    const file = join(home, path)
    mkdirSync(join(file, '..'), {recursive: true})
    writeFileSync(file, content)
    return file
  }

  /** In an environment in which no other token is to be found. */
  const find = (env: NodeJS.ProcessEnv, options: {token?: string; endpoint?: string} = {}) =>
    findCredentials({...options, env: {HF_HOME: join(home, 'nothing-here'), ...env}})
  const refusalOf = async (...args: Parameters<typeof find>) => {
    const error = (await rejectionOf(find(...args))) as SmoltraceError
    expect(error).to.be.instanceOf(NotAllowedError).and.to.have.property('exitCode', 4)
    return error
  }

  const allOf = ({message, stack, cause, suggestions}: SmoltraceError) =>
    [message, stack, String(cause), ...suggestions].join('\n')

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'smoltrace-credentials-'))
  })

  afterEach(() => rmSync(home, {recursive: true}))

  describe('the token', () => {
    it('is looked for in the option, the variables and the file, in this order', async () => {
      const file = write('login/token', 'hf_file')
      const env = {HF_TOKEN: 'hf_one', HUGGING_FACE_HUB_TOKEN: 'hf_two', HF_HOME: join(home, 'login')}
      for (const [variables, option, token, source] of [
        [env, 'hf_option', 'hf_option', '`token`'],
        [env, undefined, 'hf_one', 'HF_TOKEN'],
        [{...env, HF_TOKEN: ''}, undefined, 'hf_two', 'HUGGING_FACE_HUB_TOKEN'],
        [{HF_HOME: env.HF_HOME}, undefined, 'hf_file', file],
        // As for Python, a blank one hides the older variable.
        [{...env, HF_TOKEN: ' \n '}, undefined, 'hf_file', file],
      ] as const)
        expect(await find(variables, {...(option && {token: option})})).to.include({token, source})
      await refusalOf({HF_TOKEN: 'hf_one'}, {token: ''})
      const {suggestions} = await refusalOf({})
      expect(suggestions.join(',')).to.include('HF_TOKEN').and.include('hf auth login')
    })

    it('is cleaned of line breaks and of blanks around it', async () => {
      for (const dirty of ['hf_one\r\n', '\r\nhf_one', '  hf_one\t', 'hf_o\r\nne']) {
        const HF_TOKEN_PATH = write('token', dirty)
        const found = await Promise.all([
          find({HF_TOKEN: dirty}),
          find({}, {token: dirty}),
          find({HF_TOKEN_PATH}),
        ])
        expect(found.map(({token}) => token)).to.deep.equal(['hf_one', 'hf_one', 'hf_one'])
      }
    })

    const utf16 = Buffer.from('\uFEFFhf_one\n', 'utf16le')

    it('in quotes, in UTF-16 of any order or in another text is refused, and what is wrong is named without it', async () => {
      for (const [value, says] of [
        ['"hf_one"', 'in quotes'],
        ["'hf_one'", 'in quotes'],
        ['hf_one"', 'in quotes'],
        [utf16, 'UTF-16'],
        [Buffer.from(utf16).swap16(), 'UTF-16'],
        ['user=kim\npassword=hf_one', 'tokens start with hf_'],
      ] as const) {
        const file = write('token', value)
        const error = await refusalOf({HF_TOKEN_PATH: file})
        expect(error.message).to.include(says).and.include(file)
        expect(allOf(error)).not.to.include('hf_o')
      }
    })

    it('that cannot be one is refused, with its place, and one of the newer kinds is not', async () => {
      const wrong = [
        'sk-secret',
        'Bearer hf_one',
        'api_org_one',
        'hf_one two',
        'hf_ünï_two',
        'HF_one',
        'hf_one\u0007',
      ]
      for (const HF_TOKEN of wrong) {
        const error = await refusalOf({HF_TOKEN})
        expect(error.message, HF_TOKEN).to.include('HF_TOKEN')
        expect(allOf(error)).not.to.include(HF_TOKEN)
      }

      await refusalOf({HF_TOKEN: 'hf_'})
      for (const token of ['hf_oauth_abc.def-ghi', 'hf_jwt_abc'])
        expect((await find({HF_TOKEN: token})).token).to.equal(token)
    })

    it('that is given in place of a path or an address never shows in the error', async () => {
      const secret = 'hf_secret123456'
      for (const [name, value] of [
        ['HF_TOKEN_PATH', secret],
        ['HF_HOME', secret],
        ['HF_ENDPOINT', secret],
        ['HF_ENDPOINT', `https://kim:${secret}@hub.example`],
        ['HF_ENDPOINT', `x://${secret}`],
      ] as const) {
        const error = (await rejectionOf(find({HF_HOME: '', [name]: value}))) as SmoltraceError
        expect(allOf(error), `${name} ${value}`).not.to.include(secret)
      }
    })
  })

  describe('the file of the token', () => {
    it('is at HF_TOKEN_PATH, else in HF_HOME, else in XDG_CACHE_HOME/huggingface', async () => {
      const file = write('elsewhere', 'hf_elsewhere')
      write('login/token', 'hf_file')
      write('cache/huggingface/token', 'hf_cached')
      const env = {HF_TOKEN_PATH: file, HF_HOME: join(home, 'login'), XDG_CACHE_HOME: join(home, 'cache')}
      expect(await find(env)).to.include({token: 'hf_elsewhere', source: file})
      expect((await find({...env, HF_TOKEN_PATH: ''})).token).to.equal('hf_file')
      for (const HF_HOME of [undefined, ''])
        expect((await find({...env, HF_TOKEN_PATH: '', HF_HOME})).token).to.equal('hf_cached')
    })

    it('is found through variables that are set, and from the home directory, which only a leading ~ means', async () => {
      write('login/token', 'hf_file')
      write('~/token', 'hf_tilde')
      const up = homedir().replaceAll(/[^/]+/g, '..').slice(1)
      for (const [env, token] of [
        [{HF_HOME: '$BASE/login'}, 'hf_file'],
        // eslint-disable-next-line no-template-curly-in-string
        [{HF_TOKEN_PATH: '${BASE}/login/token'}, 'hf_file'],
        [{HF_TOKEN_PATH: `~/${up}${home}/login/token`}, 'hf_file'],
        [{HF_TOKEN_PATH: `${home}/~/token`}, 'hf_tilde'],
      ] as const)
        expect((await find({BASE: home, ...env})).token).to.equal(token)
      await refusalOf({HF_HOME: `${home}/login/$NOWHERE`})
    })

    it('that is a directory or blank is no token', async () => {
      for (const HF_TOKEN_PATH of [home, write('blank', ' \r\n')]) await refusalOf({HF_TOKEN_PATH})
    })
  })

  it('name the option where an empty token was given, not what is stored', async () => {
    const error = await rejectionOf(find({HF_TOKEN: 'hf_one'}, {token: ' '}))
    expect(error).to.be.instanceOf(NotAllowedError).and.to.include({message: '`token` is empty.'})
  })

  it('are refused in offline mode, by its variable, before a token is looked for', async () => {
    for (const name of ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE']) {
      for (const value of ['1', 'on', 'YES', 'True']) {
        const error = await rejectionOf(find({[name]: value}))
        expect(error, value).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
        expect(error.message).to.include(name)
      }

      for (const value of ['', '0', 'off', 'no', 'false', '11', ' 1'])
        expect((await find({HF_TOKEN: 'hf_one', [name]: value})).token).to.equal('hf_one')
    }
  })

  it('have the endpoint of the option, else of the variable, else the Hub, without slashes at the end', async () => {
    for (const [HF_ENDPOINT, option, endpoint] of [
      [undefined, undefined, 'https://huggingface.co'],
      ['', undefined, 'https://huggingface.co'],
      ['http://127.0.0.1:8080', undefined, 'http://127.0.0.1:8080'],
      ['http://127.0.0.1:8080', 'https://hub.example', 'https://hub.example'],
      ['https://hub.example///', undefined, 'https://hub.example'],
    ] as const) {
      const found = await find({HF_TOKEN: 'hf_one', HF_ENDPOINT}, {...(option && {endpoint: option})})
      expect(found.endpoint).to.equal(endpoint)
    }
  })

  it('are refused where the endpoint is not a valid web address, before the token is looked for', async () => {
    const withMore = ['kim@hub.example', ':hunter2@hub.example', 'hub.example/?', 'hub.example/#']
    for (const wrong of [
      'huggingface.co',
      'ftp://hub.example',
      'http://',
      '127.0.0.1:8080',
      ...withMore.map((each) => `https://${each}`),
    ]) {
      const error = await rejectionOf(find({HF_ENDPOINT: wrong}))
      expect(error, wrong).to.be.instanceOf(UsageError).and.to.have.property('exitCode', 2)
      expect(error.message).to.include('HF_ENDPOINT')
    }
  })

  it('wait for a silent Hub as long as HF_HUB_DOWNLOAD_TIMEOUT says, up to five minutes', async () => {
    const said: Record<string, number> = {'0.25': 250, 3600: 300_000, Infinity: 300_000}
    for (const text of ['', 'soon', '0', '-5', ...Object.keys(said)]) {
      const {idleTimeoutMs} = await find({HF_TOKEN: 'hf_one', HF_HUB_DOWNLOAD_TIMEOUT: text})
      expect(idleTimeoutMs, text).to.equal(said[text])
    }
  })
})
