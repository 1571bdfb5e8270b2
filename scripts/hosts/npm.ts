import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'

import {root} from '../source-face.js'
import {succeed} from './process.js'

/* eslint-disable camelcase -- npm's own names */

/** How npm is to work: from what it has in its cache where it can, and without a word beside the matter. */
const SETTINGS = {
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_prefer_offline: 'true',
  npm_config_update_notifier: 'false',
}

/** The variables that every program here starts with: none that would lead it to somebody's own account, Hub or settings. */
export function plainEnv(): Record<string, string> {
  const {PATH = '', HOME = homedir(), NODE_EXTRA_CA_CERTS} = process.env
  return {
    PATH,
    HOME,
    LANG: 'C.UTF-8',
    ...SETTINGS,
    ...(NODE_EXTRA_CA_CERTS && {NODE_EXTRA_CA_CERTS}),
  }
}

/** Where npm has its cache and its settings, for programs with a home of their own. */
export function npmPlaces(): Record<string, string> {
  const [cache = '', userconfig = ''] = ['cache', 'userconfig'].map((key) =>
    execFileSync('npm', ['config', 'get', key], {cwd: root, encoding: 'utf8', env: plainEnv()}).trim(),
  )
  return {npm_config_cache: cache, npm_config_userconfig: userconfig}
}

/** Installs packages into a new project; one that has them stays as it is. */
export async function install(folder: string, pjson: object): Promise<void> {
  if (existsSync(join(folder, 'node_modules'))) return
  mkdirSync(folder, {recursive: true})
  writeFileSync(join(folder, 'package.json'), JSON.stringify(pjson, undefined, 2))
  await succeed('npm', ['install', '--no-package-lock'], {cwd: folder, env: plainEnv()})
}

/** The package as npm would publish it. */
export interface Packed {
  tarball: string
  /** Where it is unpacked, with nothing else installed. */
  home: string
}

/** Packs the package in the way that npm does before it publishes, the build included. */
export async function pack(folder: string): Promise<Packed> {
  rmSync(folder, {recursive: true, force: true})
  mkdirSync(folder)
  await succeed('npm', ['pack', '--pack-destination', folder], {cwd: root, env: plainEnv()})
  const [name = ''] = readdirSync(folder)
  await succeed('tar', ['-xzf', name], {cwd: folder, env: plainEnv()})
  return {tarball: join(folder, name), home: join(folder, 'package')}
}

/**
 * @param major of Node that is needed at least
 * @returns a Node that is new enough: this one, or that of the package `node`
 */
export async function findNode(major: number, folder: string): Promise<string> {
  if (Number.parseInt(process.versions.node, 10) >= major) return process.execPath
  await install(folder, {private: true, dependencies: {node: String(major)}})
  return join(folder, 'node_modules/node/bin/node')
}
