/** A mark to be labelled: its position along each side, from 0 to 1. */
export interface Named {
  text: string
  x: number
  y: number
}

/** Where a name is drawn. */
interface Label {
  side: 'left' | 'right'
  /** Pixels below its mark. */
  offset: number
}

/** In pixels. */
type Box = readonly [left: number, top: number, right: number, bottom: number]

/** An upper bound of the width of a letter, in pixels. */
const LETTER = 7.2
const LINE = 17
/** Between a mark and its name. */
export const GAP = 11
const MARK = 16
/** As near to the mark as there is room, above and below in turns, at the right before the left. */
const PLACES = [0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5].flatMap((lines) =>
  (['right', 'left'] as const).map((side): Label => ({side, offset: lines * LINE})),
)

/**
 * Finds a place for each name where it covers no other name and no other mark; where there is none, next to its mark. The space is
 * that of the chart, in pixels: a wider chart only moves names apart.
 */
export function placeLabels(
  marks: readonly Named[],
  {width, height}: {width: number; height: number},
): Label[] {
  const taken = marks.map(({x, y}) => boxOf(x * width - MARK / 2, (1 - y) * height - MARK / 2, MARK, MARK))
  return marks.map(({text, x, y}, own) => {
    const length = [...text].length * LETTER
    const placed = PLACES.map((label) => {
      const left = x * width + (label.side === 'right' ? GAP : -GAP - length)
      return {label, box: boxOf(left, (1 - y) * height + label.offset - LINE / 2, length, LINE)}
    })
    const free = placed.find(({box}) => {
      const [left, top, right, bottom] = box
      const isInside = left >= 0 && right <= width && top >= 0 && bottom <= height
      return isInside && taken.every((other, index) => index === own || !overlap(box, other))
    })
    // The first place is the one next to the mark.
    const {label, box} = free ?? placed[0]!
    taken.push(box)
    return label
  })
}

function boxOf(left: number, top: number, width: number, height: number): Box {
  return [left, top, left + width, top + height]
}

function overlap([left, top, right, bottom]: Box, other: Box): boolean {
  return left < other[2] && other[0] < right && top < other[3] && other[1] < bottom
}
