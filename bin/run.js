#!/usr/bin/env node
import {existsSync} from 'node:fs'
import module from 'node:module'
import {homedir} from 'node:os'
import {isAbsolute, join} from 'node:path'
import v8 from 'node:v8'

// Short commands end before these, and do not pay for them.
setTimeout(keepNewPartSmall, 300).unref()
setTimeout(collectEarly, 1500).unref()
keepCompiledCode()
if (process.env.DEBUG) process.setSourceMapsEnabled(true)
const program = await import('../dist/cli/start.js').catch(sayWhatIsMissing)
await program?.start({dir: new URL('../dist/cli/', import.meta.url).href})

/** In a clone nothing is built yet; a package that lacks files is another matter. */
function sayWhatIsMissing(error) {
  if (existsSync(new URL('../dist/cli/start.js', import.meta.url))) throw error
  process.stderr.write('Error: the program is not built yet.\n  npm run build\n')
  process.exitCode = 1
}

/**
 * Lets Node read its compiled code back at the next start, where it can. In a folder of the user's own: in the common
 * one for temporary files, another user could leave code for us to run.
 */
function keepCompiledCode() {
  try {
    const {XDG_CACHE_HOME, LOCALAPPDATA} = process.env
    const caches = XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), '.cache')
    // A relative one would be wherever the program is called.
    if (isAbsolute(caches)) module.enableCompileCache?.(join(caches, 'smoltrace', 'compiled'))
  } catch {
    // Without a home there is no such folder, and the program starts all the same.
  }
}

/**
 * Keeps the part of the heap for new objects small: what a listing of many datasets makes is either gone at once or stays. It costs a
 * few per cent of time. V8 asks for this number whenever a part is to grow, so it may be set while the program runs.
 */
function keepNewPartSmall() {
  v8.setFlagsFromString('--semi-space-growth-factor=1')
}

/** Lets what a long deletion has made be collected before it is more than what is in use. */
function collectEarly() {
  v8.setFlagsFromString('--heap-growing-percent=100')
}
