import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {RefusedError} from '../../../src/lib/base/errors.js'
import {parseJournal} from '../../../src/lib/cleanup/journal/parse.js'
import {exitCodeOf} from '../../../src/lib/cleanup/result.js'
import {Account, CARRIED} from '../../support/account.js'
import {tokenOf} from '../../support/builders.js'

describe('carrying out a plan', () => {
  let account: Account

  beforeEach(async () => {
    account = await Account.open()
  })

  afterEach(() => account.close())

  const journaled = () => {
    const folder = join(account.folder, 'journal')
    const [name = ''] = readdirSync(folder)
    return parseJournal(readFileSync(join(folder, name), 'utf8'))
  }

  it('[S16] is interrupted also where Ctrl-C came before the result of a DELETE was known', async () => {
    const controller = new AbortController()
    account.hub.intercept({
      match: ({method, body}) => method === 'DELETE' && body.includes('results'),
      before: () => controller.abort(),
      reset: 'before',
    })
    const {signal} = controller
    const result = await account.clean({...CARRIED, olderThan: '45d', signal})
    expect(result.outcomes.at(-1)).to.include({status: 'failed', uncertain: true})
    expect(result.interrupted).to.equal(true)
    expect(exitCodeOf(result)).to.equal(130)
    expect(journaled()).to.include({state: 'interrupted'})
  })

  it('[S10] is an error, with a journal that is ended, where the access is lost right before the first DELETE', async () => {
    const carried = account.clean({
      ...CARRIED,
      olderThan: '45d',
      onEvent({kind}) {
        if (kind !== 'started') return
        account.now += 10_000
        const body = JSON.stringify(tokenOf('read', account.hub.user))
        account.hub.intercept({match: ({path}) => path === '/api/whoami-v2', respond: {status: 200, body}})
      },
    })
    await account.refused(carried, RefusedError)
    const {state, counts} = journaled()
    expect(state).to.equal('finished')
    expect(counts).to.include({deleted: 0, unattempted: 3})
  })
})
