import {decode, encode} from '@jridgewell/sourcemap-codec'

/**
 * @param {string} json a source map
 * @returns {string | undefined} it without the code of others, which would make it larger than the code that it explains;
 * undefined where nothing is left
 */
export function mapOfOwnCode(json) {
  const {version, sources, sourcesContent, names, mappings} = JSON.parse(json)
  const own = sources.flatMap((source, index) => (/^(\.\.\/)+src\//.test(source) ? [index] : []))
  if (own.length === 0) return
  const place = placesOf(own)
  const lines = decode(mappings).map((segments) =>
    segments
      .map(([column, source, ...rest]) =>
        place.has(source) ? [column, place.get(source), ...rest] : [column],
      )
      // That nothing is mapped is said once, where it begins.
      .filter((segment, index, all) => segment.length > 1 || all[index - 1]?.length > 1),
  )
  const used = [...new Set(lines.flat().flatMap((segment) => segment[4] ?? []))]
  const placeOfName = placesOf(used)
  return JSON.stringify({
    version,
    sources: own.map((index) => sources[index]),
    sourcesContent: own.map((index) => sourcesContent[index]),
    names: used.map((index) => names[index]),
    mappings: encode(
      lines.map((segments) =>
        segments.map((segment) =>
          segment.length > 4 ? [...segment.slice(0, 4), placeOfName.get(segment[4])] : segment,
        ),
      ),
    ),
  })
}

function placesOf(items) {
  return new Map(items.map((item, place) => [item, place]))
}
