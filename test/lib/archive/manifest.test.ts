import {expect} from 'chai'

import {type Manifest, parseManifest} from '../../../src/lib/archive/manifest.js'
import {errorOf} from '../../support/builders.js'

const SHA = 'a'.repeat(40)
const IDENTITY = {id: '6'.repeat(24), sha: SHA, createdAt: new Date(0), archivedAt: new Date(1000)}
const MANIFEST: Manifest = {
  ...IDENTITY,
  format: 'smoltrace-archive',
  version: 1,
  endpoint: 'https://huggingface.co',
  namespace: 'mira',
  name: 'mira/smoltrace-results-20260105_113000',
  visibility: 'private',
  gated: false,
  tags: ['smoltrace'],
  lastModified: new Date(500),
  program: 'smoltrace/0.1.0',
  files: [
    {path: 'README.md', size: 3, oid: SHA},
    {path: 'data/x.parquet', size: 4, oid: SHA, sha256: 'b'.repeat(64)},
  ],
  previousIdentities: [IDENTITY],
}

describe('the manifest of an archive', () => {
  it('is read as it was written', () => {
    expect(parseManifest(JSON.stringify(MANIFEST))).to.deep.equal(MANIFEST)
  })

  const file = (entry: Record<string, unknown>) => ({files: [{path: 'x', size: 1, oid: SHA, ...entry}]})
  for (const [title, change, problem] of [
    ['another format', {format: 'tar'}, /not an archive manifest/],
    ['an unknown version', {version: 2}, /version: unknown version: this program supports version 1/],
    ['no version', {version: undefined}, /version: unknown version/],
    ['a field that is not known', {note: 'x'}, /Unrecognized key: "note"/],
    ['no id', {id: ''}, /id: empty text/],
    ['a commit that is no hash', {sha: 'main'}, /sha: not a SHA-1/],
    ['a visibility that is not known', {visibility: 'protected'}, /visibility: Invalid option/],
    ['a gate that is not known', {gated: true}, /gated: Invalid option/],
    ['a date that is none', {createdAt: 'soon'}, /createdAt: not a date in UTC/],
    ['a file of a negative size', file({size: -1}), /files\[0].size: Too small/],
    ['a file without a hash', file({oid: undefined}), /files\[0].oid: missing/],
    ['a file whose SHA-256 is none', file({sha256: 'x'}), /files\[0].sha256: not a SHA-256/],
    ['a path that leads out', file({path: '../x'}), /points outside its folder/],
    ['an absolute path', file({path: '/etc/passwd'}), /empty part/],
    [
      'two paths that are one',
      {files: [...file({}).files, ...file({path: 'X'}).files]},
      /may be the same file/,
    ],
    ['previous identities that are none', {previousIdentities: [{}]}, /previousIdentities\[0].id: missing/],
  ] as Array<[string, Record<string, unknown>, RegExp]>)
    it(`is refused with ${title}`, () => {
      expect(errorOf(() => parseManifest(JSON.stringify({...MANIFEST, ...change}))).message).to.match(problem)
    })
})
