import assert from 'node:assert/strict'
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'

import {root} from '../source-face.js'
import {type Check} from './check.js'
import {type Place} from './host.js'
import {type Packed} from './npm.js'
import {type Finished} from './process.js'
import {unexpected} from './words.js'

/** A way into a host, and out again. */
export interface Way {
  name: 'install' | 'link'
  enter: (place: Place, packed: Packed) => Promise<void>
  leave: string
}

export const WAYS: readonly Way[] = [
  {
    name: 'install',
    async enter(place, {tarball}) {
      const what = `file:${tarball}`
      if (place.kind.allow) expectDone(await place.run(place.kind.allow(what)))
      expectDone(await plugins(place, 'install', what))
    },
    leave: 'uninstall',
  },
  {
    name: 'link',
    enter: async (place) => expectDone(await plugins(place, 'link', '--no-install', root)),
    leave: 'unlink',
  },
]

/** What has to hold once the package is out again. */
export function leavingChecks(place: Place, way: Way, before: string): Check[] {
  return [
    {
      name: `plugins ${way.leave} leaves the host as it was, and the journal to its owner`,
      async run() {
        expectDone(await plugins(place, way.leave, 'smoltrace'))
        assert.equal((await place.run(['--help'])).stdout, before)
        assert.notEqual(
          (await place.run(['smoltrace', 'sandbox', 'cleanup', '--keep-recent', '1'])).exitCode,
          0,
        )
        assert.ok(!existsSync(join(place.dataDir, 'node_modules/smoltrace')))
        assert.ok(existsSync(join(place.dataDir, 'journal')))
      },
    },
    {
      name: 'nothing of ours is in the home directory',
      async run() {
        const paths = readdirSync(place.home, {recursive: true, encoding: 'utf8'})
        assert.deepEqual(
          paths.filter((path) => path.includes('smoltrace')),
          [],
        )
      },
    },
  ]
}

function plugins({kind, run}: Place, verb: string, ...args: string[]): Promise<Finished> {
  return run([...(kind.separator === ' ' ? ['plugins', verb] : [`plugins:${verb}`]), ...args])
}

function expectDone({stdout, stderr, exitCode}: Finished): void {
  assert.equal(exitCode, 0, `${stdout}${stderr}`)
  assert.doesNotMatch(unexpected(stderr), /warning/i)
}
