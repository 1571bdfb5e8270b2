import {decode, encode} from '@jridgewell/sourcemap-codec'

/**
 * @param {string} json a source map
 * @returns it without the code of others, which would make it larger than the code that it explains
 */
export function mapOfOwnCode(json) {
  const {version, sources, sourcesContent, names, mappings} = JSON.parse(json)
  const own = sources.flatMap((source, index) => (/^(\.\.\/)+src\//.test(source) ? [index] : []))
  const place = new Map(own.map((index, position) => [index, position]))
  const lines = decode(mappings).map((segments) =>
    segments.map(([column, source, ...rest]) =>
      place.has(source) ? [column, place.get(source), ...rest] : [column],
    ),
  )
  return JSON.stringify({
    version,
    sources: own.map((index) => sources[index]),
    sourcesContent: own.map((index) => sourcesContent[index]),
    names,
    mappings: encode(lines),
  })
}
