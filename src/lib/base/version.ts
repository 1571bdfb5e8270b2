import {readFileSync} from 'node:fs'

/** Put in by the build, which moves this module away from its place in the package. */
declare const SMOLTRACE_VERSION: string | undefined

/** This package's version, as its package.json says. */
export const VERSION = typeof SMOLTRACE_VERSION === 'string' ? SMOLTRACE_VERSION : readVersion()

function readVersion(): string {
  const pjson = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(pjson) as {version: string}).version
}
