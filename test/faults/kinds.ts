import {type FaultTarget} from '../support/sandbox.js'

/** What a request asks for, whatever it is needed for. The first that fits counts. */
const WHAT: ReadonlyArray<readonly [what: string, pattern: RegExp]> = [
  ['whoami', /^GET \/api\/whoami-v2$/],
  ['later page of the inventory', /^GET \/api\/settings\/repositories\?.*&cursor=/],
  ['inventory', /^GET \/api\/settings\/repositories\?/],
  ['later page of the listing', /^GET \/api\/datasets\?.*&cursor=/],
  ['listing', /^GET \/api\/datasets\?/],
  ['later page of the files', /^GET \/api\/datasets\/[^/]+\/[^/]+\/tree\/.*&cursor=/],
  ['files', /^GET \/api\/datasets\/[^/]+\/[^/]+\/tree\//],
  // What a name in the trash leads to.
  ['look', /^GET \/api\/datasets\/[^/]+\/smoltrace-trash-[^/?]+(?:\?|$)/],
  ['whereabouts', /^GET \/api\/datasets\/[^/]+\/[^/?]+(?:\?|$)/],
  ['facts', /^GET \/api\/datasets\/[^/]+\/[^/]+\/revision\//],
  ['protection', /^GET \/datasets\/.+\/resolve\/.+\/protection\.json$/],
  ['protection, content', /^GET \/api\/resolve-cache\/.+\/protection\.json\?/],
  ['file', /^GET \/datasets\/.+\/resolve\//],
  ['file, content', /^GET \/api\/resolve-cache\//],
  ['file, bytes', /^GET \/xet-bridge-us\//],
  ['move', /^POST \/api\/repos\/move$/],
  ['settings', /^PUT \/api\/datasets\/[^/]+\/[^/]+\/settings$/],
  ['create', /^POST \/api\/repos\/create$/],
  ['preupload', /^POST \/api\/datasets\/[^/]+\/[^/]+\/preupload\/main$/],
  ['batch', /^POST \/datasets\/[^/]+\/[^/]+\.git\/info\/lfs\/objects\/batch$/],
  ['upload', /^PUT \/uploads\//],
  ['commit', /^POST \/api\/datasets\/[^/]+\/[^/]+\/commit\/main$/],
  ['DELETE in the trash', /^DELETE \/api\/repos\/delete .*"name":"smoltrace-trash-/],
  ['DELETE metrics', /^DELETE \/api\/repos\/delete .*"name":"smoltrace-metrics-/],
  ['DELETE traces', /^DELETE \/api\/repos\/delete .*"name":"smoltrace-traces-/],
  ['DELETE results', /^DELETE \/api\/repos\/delete .*"name":"smoltrace-results-/],
  ['DELETE leaderboard', /^DELETE \/api\/repos\/delete .*"name":"smoltrace-leaderboard"/],
]

/** Says of each request of one job what kind it is: what it asks for, and at which stage. To be shown all, in order. */
export type Classify = (request: FaultTarget) => string

export function whatOf({method, path, body}: FaultTarget): string {
  const line = `${method} ${path}${method === 'DELETE' ? ` ${body}` : ''}`
  return WHAT.find(([, pattern]) => pattern.test(line))?.[0] ?? `unknown: ${line}`
}

/** A cleanup plans, copies, looks whether all is as it was, and deletes; it looks again in between. */
export function stagesOfCleanup(): Classify {
  let stage = 'planning'
  let hasPlan = false
  return (request) => {
    const what = whatOf(request)
    if (/^(DELETE|move|settings)/.test(what)) stage = 'deleting'
    if (/^(DELETE|move|settings|look)/.test(what)) return what

    if (what === 'facts' && stage === 'planning') stage = 'copying'
    if (what === 'listing' && (stage === 'copying' || (stage === 'planning' && hasPlan))) stage = 'checking'
    hasPlan ||= what.startsWith('protection')
    // To whoever copies it, this file is one like any other.
    return `${stage}: ${stage === 'copying' ? what.replace('protection', 'file') : what}`
  }
}

/** Restoring a dataset looks what is there, creates and fills it, and compares. */
export function stagesOfRestore(): Classify {
  const stages = new Map<string, string>()
  return (request) => {
    const what = whatOf(request)
    const name = nameIn(request)
    if (what === 'whoami' || name === undefined) return what
    const isLook = ['facts', 'files', 'later page of the files'].includes(what)
    if (what === 'create') stages.set(name, 'filling')
    if (what === 'commit') stages.set(name, 'comparing')
    return isLook ? `${stages.get(name) ?? 'looking'}: ${what}` : what
  }
}

/** A change of pins changes the file in the leaderboard, and then the cards of runs. */
export function stagesOfPinning(): Classify {
  return (request) => {
    const what = whatOf(request)
    const name = nameIn(request)
    return name === undefined || name.endsWith('leaderboard') ? what : `tagging: ${what}`
  }
}

function nameIn({path, body}: FaultTarget): string | undefined {
  if (path !== '/api/repos/create') return /\/datasets\/([^/]+\/[^/]+?)(?:\.git)?[/?]/.exec(path)?.[1]
  const {organization, name} = JSON.parse(body) as {organization: string; name: string}
  return `${organization}/${name}`
}
