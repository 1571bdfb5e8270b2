import {expect} from 'chai'

import {formatManifest, isManifest, type Manifest, parseManifest} from '../../../src/lib/archive/manifest.js'
import {errorOf} from '../../support/builders.js'

const SHA = 'a'.repeat(40)
const MANIFEST: Manifest = {
  endpoint: 'https://huggingface.co',
  namespace: 'mira',
  name: 'mira/smoltrace-results-20260105_113000',
  id: '6'.repeat(24),
  sha: SHA,
  visibility: 'private',
  gated: false,
  tags: ['smoltrace'],
  createdAt: new Date('2026-01-05T12:00:00Z'),
  lastModified: new Date('2026-01-05T12:01:00Z'),
  archivedAt: new Date('2026-02-01T00:00:00Z'),
  program: 'smoltrace/0.1.0',
  files: [
    {path: 'README.md', size: 3, oid: SHA},
    {path: 'data/x.parquet', size: 4, oid: SHA, sha256: 'b'.repeat(64)},
  ],
  formerly: [],
}

/** The manifest as JSON, changed. */
function changed(change: Record<string, unknown>): string {
  return JSON.stringify({...(JSON.parse(formatManifest(MANIFEST)) as object), ...change})
}

describe('the manifest of an archive', () => {
  it('is read as it was written, with and without former identities', () => {
    const formerly = [
      {id: '5'.repeat(24), sha: 'c'.repeat(40), createdAt: new Date(0), archivedAt: new Date(1000)},
    ]
    for (const manifest of [MANIFEST, {...MANIFEST, formerly}])
      expect(parseManifest(formatManifest(manifest))).to.deep.equal(manifest)
  })

  it('names its format and version', () => {
    expect(JSON.parse(formatManifest(MANIFEST))).to.include({format: 'smoltrace-archive', version: 1})
  })

  it('is told from other JSON, also in a version that is not known yet', () => {
    expect(isManifest(changed({version: 9}))).to.equal(true)
    for (const text of ['', 'null', '[]', '{}', '"smoltrace-archive"', '{"format":1}', '{"format":'])
      expect(isManifest(text)).to.equal(false)
  })

  const file = (entry: Record<string, unknown>) => ({files: [{path: 'x', size: 1, oid: SHA, ...entry}]})
  for (const [title, change, problem] of [
    ['another format', {format: 'tar'}, /no manifest/],
    ['an unknown version', {version: 2}, /version is 2/],
    ['no version', {version: undefined}, /version is undefined/],
    ['no name', {name: undefined}, /lacks `name`/],
    ['a name that is no text', {name: ['mira/x']}, /lacks `name`/],
    ['no id', {id: ''}, /lacks `id`/],
    ['a commit that is no hash', {sha: 'main'}, /`sha` is no hash/],
    ['a visibility that is not known', {visibility: 'protected'}, /`visibility` is unknown/],
    ['no visibility', {visibility: undefined}, /`visibility` is unknown/],
    ['a gate that is not known', {gated: true}, /`gated` is unknown/],
    ['a date that is none', {createdAt: 'soon'}, /`createdAt` is no date/],
    ['no files', {files: undefined}, /lacks `files`/],
    ['files that are no list', {files: {}}, /lacks `files`/],
    ['a file that is no object', {files: ['x']}, /no object/],
    ['a file without a size', file({size: undefined}), /no size/],
    ['a file of a negative size', file({size: -1}), /no size/],
    ['a file of half a byte', file({size: 0.5}), /no size/],
    ['a file without a hash', file({oid: undefined}), /lacks `oid`/],
    ['a file whose SHA-256 is none', file({sha256: 'x'}), /`sha256` is no hash/],
    ['a path that leads out', file({path: '../x'}), /leads elsewhere/],
    ['an absolute path', file({path: '/etc/passwd'}), /empty part/],
    ['two paths that are one', {files: [...file({}).files, ...file({path: 'X'}).files]}, /may be one/],
    ['former identities that are none', {formerly: [{}]}, /lacks `id`/],
  ] as Array<[string, Record<string, unknown>, RegExp]>)
    it(`is refused with ${title}`, () => {
      expect(errorOf(() => parseManifest(changed(change))).message).to.match(problem)
    })

  it('is refused where it is no JSON', () => {
    expect(errorOf(() => parseManifest('{"format": "smoltrace-')).message).to.match(/no manifest/)
  })
})
