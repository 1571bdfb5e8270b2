import {expect} from 'chai'
import * as fc from 'fast-check'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {homedir, tmpdir} from 'node:os'
import {join} from 'node:path'

import {NotAllowedError, RefusedError, SmoltraceError, UsageError} from '../../../src/lib/base/errors.js'
import {findCredentials} from '../../../src/lib/hub/credentials.js'
import {rejectionOf} from '../../support/builders.js'

describe('credentials', () => {
  let home: string
  /** An environment in which no token is to be found. */
  let empty: NodeJS.ProcessEnv
  const write = (path: string, text: string) => {
    const file = join(home, path)
    mkdirSync(join(file, '..'), {recursive: true})
    writeFileSync(file, text)
    return file
  }

  const find = (env: NodeJS.ProcessEnv, options: {token?: string; endpoint?: string} = {}) =>
    findCredentials({...options, env: {...empty, ...env}})

  const endpoint = async (env: NodeJS.ProcessEnv, option?: string) =>
    (await findCredentials({env: {...empty, HF_TOKEN: 'hf_one', ...env}, endpoint: option})).endpoint

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'smoltrace-credentials-'))
    empty = {HF_HOME: join(home, 'nothing-here')}
  })

  afterEach(() => rmSync(home, {recursive: true}))

  describe('the token', () => {
    it('is looked for in the option, the variables and the file, in this order', async () => {
      const file = write('login/token', 'hf_file')
      const env: NodeJS.ProcessEnv = {
        HF_HOME: join(home, 'login'),
        HF_TOKEN: 'hf_one',
        HUGGING_FACE_HUB_TOKEN: 'hf_two',
      }
      const token = async (given: NodeJS.ProcessEnv, option?: string) => {
        const found = await findCredentials({env: given, token: option})
        return [found.token, found.source]
      }

      expect(await token(env, 'hf_option')).to.deep.equal(['hf_option', '`token`'])
      expect(await token(env)).to.deep.equal(['hf_one', 'HF_TOKEN'])
      delete env.HF_TOKEN
      expect(await token(env)).to.deep.equal(['hf_two', 'HUGGING_FACE_HUB_TOKEN'])
      delete env.HUGGING_FACE_HUB_TOKEN
      expect(await token(env)).to.deep.equal(['hf_file', file])
    })

    for (const [what, value, says] of [
      ['in double quotes', '"hf_one"', 'in quotes'],
      ['in single quotes', "'hf_one'", 'in quotes'],
      ['with a quote left over', 'hf_one"', 'in quotes'],
      ['of a file in UTF-16', Buffer.from('\uFEFFhf_one', 'utf16le').toString('utf8'), 'UTF-16'],
    ] as const) {
      it(`${what} is refused, and what is wrong is named without it`, async () => {
        const error = await rejectionOf(find({HF_TOKEN_PATH: write('token', value)}))
        expect(error).to.be.instanceOf(NotAllowedError)
        expect(error.message).to.include(says).and.not.include('hf_one').and.not.include('hf_o')
        expect((error as NotAllowedError).suggestions.join(' ')).not.to.include('hf_o')
      })
    }

    it('of a file in UTF-16 is refused where the bytes are just as an editor left them', async () => {
      const file = write('token', '')
      for (const order of ['utf16le', 'swapped']) {
        const bytes = Buffer.from('\uFEFFhf_one\n', 'utf16le')
        writeFileSync(file, order === 'swapped' ? bytes.swap16() : bytes)
        const error = await rejectionOf(find({HF_TOKEN_PATH: file}))
        expect(error.message).to.include('UTF-16')
      }
    })

    it('of an empty variable is that of the next', async () => {
      expect((await find({HF_TOKEN: '', HUGGING_FACE_HUB_TOKEN: 'hf_two'})).token).to.equal('hf_two')
    })

    it('of a blank HF_TOKEN is that of the file, as for Python, not of the older variable', async () => {
      write('login/token', 'hf_file')
      const env = {HF_TOKEN: ' \n ', HUGGING_FACE_HUB_TOKEN: 'hf_two', HF_HOME: join(home, 'login')}
      expect((await find(env)).token).to.equal('hf_file')
      expect(await rejectionOf(find({HF_TOKEN: '  ', HUGGING_FACE_HUB_TOKEN: 'hf_two'}))).to.be.instanceOf(
        NotAllowedError,
      )
    })

    for (const dirty of ['hf_one\n', 'hf_one\r\n', '\r\nhf_one', '  hf_one\t', 'hf_\none', 'hf_o\r\nne']) {
      it(`is cleaned of line breaks and of blanks around it: ${JSON.stringify(dirty)}`, async () => {
        write('login/token', dirty)
        expect((await find({HF_TOKEN: dirty})).token).to.equal('hf_one')
        expect((await find({}, {token: dirty})).token).to.equal('hf_one')
        expect((await find({HF_HOME: join(home, 'login')})).token).to.equal('hf_one')
      })
    }

    it('of the newer kinds is one too', async () => {
      expect((await find({HF_TOKEN: 'hf_oauth_abc.def-ghi'})).token).to.equal('hf_oauth_abc.def-ghi')
      expect((await find({HF_TOKEN: 'hf_jwt_abc'})).token).to.equal('hf_jwt_abc')
    })

    it('of an empty option is no token, and nothing else is tried', async () => {
      expect(await rejectionOf(find({HF_TOKEN: 'hf_one'}, {token: ''}))).to.be.instanceOf(NotAllowedError)
    })

    it('that is nowhere is an error with exit code 4 that says where to get one', async () => {
      const error = (await rejectionOf(find({}))) as SmoltraceError
      expect(error).to.be.instanceOf(NotAllowedError).and.to.have.property('exitCode', 4)
      expect(error.suggestions.join(',')).to.include('HF_TOKEN').and.include('hf auth login')
    })

    it('that is no token is refused, with its place', async () => {
      for (const wrong of [
        'sk-secret',
        'Bearer hf_one',
        'api_org_one',
        'hf_',
        'hf_one two',
        'hf_ünï',
        'HF_one',
        'hf_one\u0007',
      ]) {
        const error = await rejectionOf(find({HF_TOKEN: wrong}))
        expect(error, wrong).to.be.instanceOf(NotAllowedError)
        expect(error.message, wrong).to.include('HF_TOKEN')
      }
    })

    it('that is no token never shows in the error', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.stringMatching(/^(?:hf_|sk-|)[A-Za-z0-9]{12,40}[ ü]?[A-Za-z0-9]{0,4}$/),
          fc.constantFrom('HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN', 'option'),
          async (secret, place) => {
            fc.pre(!/^hf_\w+$/.test(secret.trim()))
            const looked = place === 'option' ? find({}, {token: secret}) : find({[place]: secret})
            const error = (await rejectionOf(looked)) as SmoltraceError
            expect(
              [error.message, error.stack, String(error.cause), ...error.suggestions].join('\n'),
            ).not.to.include(secret.trim())
          },
        ),
        {numRuns: 200},
      )
    })

    it('that is given in place of a path never shows in the error', async () => {
      for (const name of ['HF_TOKEN_PATH', 'HF_HOME', 'XDG_CACHE_HOME']) {
        const error = (await rejectionOf(
          findCredentials({env: {HF_HOME: '', [name]: 'hf_secret123456'}}),
        )) as SmoltraceError
        expect([error.message, ...error.suggestions].join('\n'), name).not.to.include('hf_secret123456')
      }
    })
  })

  describe('the file of the token', () => {
    it('is at HF_TOKEN_PATH, which goes before HF_HOME', async () => {
      const file = write('elsewhere', 'hf_elsewhere')
      write('login/token', 'hf_file')
      const found = await find({HF_TOKEN_PATH: file, HF_HOME: join(home, 'login')})
      expect([found.token, found.source]).to.deep.equal(['hf_elsewhere', file])
    })

    it('is in XDG_CACHE_HOME/huggingface where HF_HOME is not set', async () => {
      write('cache/huggingface/token', 'hf_cached')
      for (const HF_HOME of [undefined, '']) {
        const {token} = await findCredentials({env: {XDG_CACHE_HOME: join(home, 'cache'), HF_HOME}})
        expect(token).to.equal('hf_cached')
      }
    })

    it('is found through variables, with braces and without', async () => {
      write('login/token', 'hf_file')
      expect((await find({BASE: home, HF_HOME: '$BASE/login'})).token).to.equal('hf_file')
      // eslint-disable-next-line no-template-curly-in-string
      expect((await find({BASE: home, HF_TOKEN_PATH: '${BASE}/login/token'})).token).to.equal('hf_file')
    })

    it('is not found through a variable that is not set', async () => {
      write('login/token', 'hf_file')
      expect(await rejectionOf(find({HF_HOME: `${home}/login/$NOWHERE`}))).to.be.instanceOf(NotAllowedError)
    })

    it('is found from the home directory, which only a leading ~ means', async () => {
      const up = homedir()
        .split('/')
        .filter(Boolean)
        .map(() => '..')
        .join('/')
      write('login/token', 'hf_file')
      expect((await find({HF_TOKEN_PATH: `~/${up}${home}/login/token`})).token).to.equal('hf_file')
      write('~/token', 'hf_tilde')
      expect((await find({HF_TOKEN_PATH: `${home}/~/token`})).token).to.equal('hf_tilde')
    })

    it('that is a directory, empty or blank is no token', async () => {
      write('empty/token', '')
      write('blank/token', ' \r\n')
      for (const HF_TOKEN_PATH of [home, join(home, 'empty/token'), join(home, 'blank/token')]) {
        expect(await rejectionOf(find({HF_TOKEN_PATH}))).to.be.instanceOf(NotAllowedError)
      }
    })

    it('that holds something else is refused without showing it', async () => {
      const file = write('login/token', 'user=kim\npassword=hunter2')
      const error = await rejectionOf(find({HF_TOKEN_PATH: file}))
      expect(error).to.be.instanceOf(NotAllowedError)
      expect(error.message).to.include(file).and.not.include('hunter2')
    })
  })

  describe('offline mode', () => {
    for (const name of ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE']) {
      for (const value of ['1', 'ON', 'on', 'YES', 'TRUE', 'True']) {
        it(`is ${name}=${value}, a refusal that names it`, async () => {
          const error = await rejectionOf(find({HF_TOKEN: 'hf_one', [name]: value}))
          expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
          expect(error.message).to.include(name)
        })
      }

      for (const value of ['', '0', 'off', 'no', 'false', '11', ' 1']) {
        it(`is not ${name}=${JSON.stringify(value)}`, async () => {
          expect((await find({HF_TOKEN: 'hf_one', [name]: value})).token).to.equal('hf_one')
        })
      }
    }

    it('goes before a missing token', async () => {
      expect(await rejectionOf(find({HF_HUB_OFFLINE: '1'}))).to.be.instanceOf(RefusedError)
    })
  })

  describe('the endpoint', () => {
    it('is the Hub where none is given', async () => {
      expect(await endpoint({})).to.equal('https://huggingface.co')
      expect(await endpoint({HF_ENDPOINT: ''})).to.equal('https://huggingface.co')
    })

    it('is that of the variable, and before it that of the option', async () => {
      expect(await endpoint({HF_ENDPOINT: 'http://127.0.0.1:8080'})).to.equal('http://127.0.0.1:8080')
      expect(await endpoint({HF_ENDPOINT: 'http://127.0.0.1:8080'}, 'https://hub.example')).to.equal(
        'https://hub.example',
      )
    })

    it('that is no address never shows in the error: it may be a secret in the wrong place', async () => {
      for (const wrong of [
        'hf_secret123456',
        'https://kim:hf_secret123456@hub.example',
        'x://hf_secret123456',
      ]) {
        const error = (await rejectionOf(find({HF_ENDPOINT: wrong}))) as SmoltraceError
        expect([error.message, error.stack, ...error.suggestions].join('\n')).not.to.include(
          'hf_secret123456',
        )
      }
    })

    it('has no slash at its end', async () => {
      expect(await endpoint({HF_ENDPOINT: 'https://hub.example///'})).to.equal('https://hub.example')
    })

    for (const wrong of [
      'huggingface.co',
      'ftp://hub.example',
      'file:///etc/passwd',
      'http://',
      'https://',
      'mailto:ann@hub.example',
      'https://kim@hub.example',
      'https://kim:hunter2@hub.example',
      'https://hub.example/?token=x',
      'https://hub.example/#x',
      'https://hub.example/?',
      'https://hub.example/#',
      '  ',
      '127.0.0.1:8080',
    ]) {
      it(`is refused where it is ${JSON.stringify(wrong)}, before the token is looked for`, async () => {
        const error = await rejectionOf(find({HF_ENDPOINT: wrong}))
        expect(error).to.be.instanceOf(UsageError).and.to.have.property('exitCode', 2)
        expect(error.message).to.include('HF_ENDPOINT')
      })
    }
  })

  it('are those of the process where no environment is given', async () => {
    const variables = process.env
    try {
      process.env = {...variables, HF_TOKEN: 'hf_process', HF_ENDPOINT: 'http://127.0.0.1:1'}
      expect(await findCredentials()).to.deep.equal({
        token: 'hf_process',
        source: 'HF_TOKEN',
        endpoint: 'http://127.0.0.1:1',
      })
    } finally {
      process.env = variables
    }
  })
})
