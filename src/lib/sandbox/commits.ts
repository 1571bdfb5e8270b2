import type {Repo} from './repo.js'

import {requireIdentity, requireRepo, requireWrite} from './access.js'
import {type Answer, invalid, json, notFound, Refusal} from './answers.js'
import {asObject, type Call, type Hub, jsonBody, jsonObject, textOf} from './call.js'
import {type Change, deletedFile, deletedFolder, fileChange, lfsChange} from './changes.js'
import {belongsInLfs} from './git-attributes.js'
import {factsOf} from './objects.js'

type Line = [key: string, value: Record<string, unknown>]

const READ_TOKEN = 'Forbidden: you must use a write token to upload to a repository.'
const MOVED_ON = 'The branch was updated since you opened this page. Please refresh and try again.'

/** `POST /api/datasets/{id}/preupload/{branch}`: which of these files are to go to LFS. */
export function preupload(call: Call, hub: Hub): Answer {
  const repo = requireBranch(call, hub)
  const body = jsonBody(call)
  const {files} = body
  if (!Array.isArray(files)) throw invalid('Invalid input: expected array', 'files')
  const current = repo.head.files.get('.gitattributes')?.bytes().toString('utf8')
  const attributes = typeof body.gitAttributes === 'string' ? body.gitAttributes : current
  return json({
    files: files.map((file: unknown) => uploadMode(asObject(file, 'files'), repo, attributes)),
    commitOid: repo.sha,
  })
}

/** `POST /api/datasets/{id}/commit/{branch}`: all changes of one commit, or none of them. */
export function commit(call: Call, hub: Hub): Answer {
  const repo = requireBranch(call, hub)
  const lines = linesOf(call)
  const header = lines.find(([key]) => key === 'header')?.[1]
  if (!header) throw invalid('Invalid input: expected a header line', 'header')
  const summary = textOf(header, 'summary')
  if (summary === '') throw invalid('Commit summary must not be empty', 'summary')
  const {parentCommit} = header
  if (parentCommit !== undefined && parentCommit !== null && parentCommit !== repo.sha)
    throw new Refusal(412, MOVED_ON)

  const changes = lines.flatMap((line) => changesOf(line, repo, hub))
  const {oid} = hub.state.commit(repo, summary, new Map(changes))
  return json({
    success: true,
    commitOid: oid,
    commitUrl: `${hub.url}/datasets/${repo.id}/commit/${oid}`,
    hookOutput: '',
  })
}

/** The dataset to be written to; there is no branch but main, and there are no pull requests. */
function requireBranch(call: Call, hub: Hub): Repo {
  requireIdentity(call)
  const repo = requireRepo(call, hub)
  requireWrite(call, repo, READ_TOKEN)
  const {revision = ''} = call.params
  if (revision !== 'main') throw notFound('RevisionNotFound', `Invalid rev id: ${revision}`)
  if (call.query.has('create_pr')) throw invalid('Pull requests are not available here', 'create_pr')
  return repo
}

function linesOf(call: Call): Line[] {
  return call.body
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const {key, value} = jsonObject(line)
      if (typeof key !== 'string') throw invalid('Invalid input: expected string', 'key')
      return [key, asObject(value, 'value')]
    })
}

function changesOf([key, value]: Line, repo: Repo, hub: Hub): Change[] {
  switch (key) {
    case 'header': {
      return []
    }

    case 'file': {
      return [fileChange(value)]
    }

    case 'lfsFile': {
      return [lfsChange(value, hub.state)]
    }

    case 'deletedEntry':
    case 'deletedFile': {
      return [deletedFile(value, repo.head.files)]
    }

    case 'deletedFolder': {
      return deletedFolder(value, repo.head.files)
    }

    default: {
      throw invalid(`Invalid operation: ${key}`, 'key')
    }
  }
}

function uploadMode(file: Record<string, unknown>, repo: Repo, attributes: string | undefined): unknown {
  const path = textOf(file, 'path')
  const sample = Buffer.from(typeof file.sample === 'string' ? file.sample : '', 'base64')
  const inLfs = belongsInLfs({path, size: Number(file.size), sample}, attributes)
  const existing = repo.head.files.get(path)
  return {
    path,
    uploadMode: inLfs ? 'lfs' : 'regular',
    shouldIgnore: false,
    ...(existing && {oid: factsOf(existing).oid}),
  }
}
