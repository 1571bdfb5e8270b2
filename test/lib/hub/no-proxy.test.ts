import {expect} from 'chai'

import {isExcepted} from '../../../src/lib/hub/proxy.js'

describe('NO_PROXY', () => {
  const cases: Array<[list: string, address: string, isExcepted: boolean]> = [
    ['corp.test', 'https://corp.test', true],
    ['corp.test', 'https://hub.corp.test', true],
    ['corp.test', 'https://a.hub.corp.test', true],
    ['.corp.test', 'https://hub.corp.test', true],
    ['*.corp.test', 'https://hub.corp.test', true],
    ['corp.test', 'https://mycorp.test', false],
    ['.corp.test', 'https://mycorp.test', false],
    ['*.corp.test', 'https://mycorp.test', false],
    ['hub.corp.test', 'https://corp.test', false],
    ['CORP.Test', 'https://HUB.corp.test', true],
    ['corp.test.', 'https://hub.corp.test', true],
    ['corp.test', 'https://hub.corp.test.', true],
    ['*', 'https://hub.corp.test', true],
    ['a.test, *', 'https://hub.corp.test', true],
    ['a.test,corp.test', 'https://hub.corp.test', true],
    [' a.test   corp.test ', 'https://hub.corp.test', true],
    ['a.test\tcorp.test', 'https://hub.corp.test', true],
    [',,', 'https://hub.corp.test', false],
    ['', 'https://hub.corp.test', false],
    ['.', 'https://hub.corp.test', false],
    ['corp.test:443', 'https://hub.corp.test', true],
    ['corp.test:8080', 'https://hub.corp.test', false],
    ['corp.test:8080', 'http://hub.corp.test:8080', true],
    ['corp.test:80', 'http://hub.corp.test', true],
    ['10.0.0.0/8', 'http://10.1.2.3', true],
    ['10.0.0.0/8', 'http://11.1.2.3', false],
    ['10.0.0.0/8', 'http://10.corp.test', false],
    ['10.1.2.3', 'http://10.1.2.3', true],
    ['10.1.2.3:80', 'http://10.1.2.3', true],
    ['10.1.2.3:81', 'http://10.1.2.3', false],
    ['1.2.3', 'http://10.1.2.3', false],
    ['10.0.0.0/33', 'http://10.0.0.0', false],
    ['10.0.0.0/x', 'http://10.0.0.0', false],
    ['10.0.0.0/', 'http://10.0.0.0', false],
    ['0.0.0.0/0', 'http://10.1.2.3', true],
    ['fd00::/8', 'http://[fd00::1]', true],
    ['fd00::/8', 'http://[fe00::1]', false],
    ['fd00::1', 'http://[fd00::1]', true],
    ['[fd00::1]', 'http://[fd00::1]', true],
    ['[fd00::1]:80', 'http://[fd00::1]', true],
    ['[fd00::1]:81', 'http://[fd00::1]', false],
    ['fd00::/8', 'http://10.1.2.3', false],
  ]
  for (const [list, address, wanted] of cases) {
    it(`"${list}" ${wanted ? 'takes out' : 'leaves'} ${address}`, () => {
      expect(isExcepted(new URL(address), list)).to.equal(wanted)
    })
  }
})
