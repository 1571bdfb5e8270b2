import {styleText} from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Colours for one stream: on a terminal that can, unless `NO_COLOR` or `TERM=dumb` say no; on a pipe never. */
export interface Style {
  isColoured: boolean
  bold: (text: string) => string
  dim: (text: string) => string
  red: (text: string) => string
  green: (text: string) => string
  yellow: (text: string) => string
}

/** The styles of a stream. Colour is never the only signal: each text says the same without it. */
export function styleFor(stream: NodeJS.WriteStream): Style {
  const isColoured = hasColours(stream)
  const paint = (format: Format) => (text: string) => (isColoured ? styleText(format, text) : text)
  return {
    isColoured,
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
  }
}

function hasColours(stream: NodeJS.WriteStream): boolean {
  const forced = process.env.FORCE_COLOR
  if (process.env.NO_COLOR) return false
  if (forced !== undefined && forced !== '0' && forced !== 'false') return true
  return stream.isTTY === true && stream.hasColors?.() === true
}

/** Columns of a terminal; undefined on a pipe, where nothing is cut or wrapped. */
export function widthOf(stream: NodeJS.WriteStream): number | undefined {
  return stream.isTTY ? stream.columns || 80 : undefined
}
