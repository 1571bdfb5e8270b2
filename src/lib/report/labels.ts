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

interface Box {
  left: number
  top: number
  width: number
  height: number
}

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
export function placeLabels(marks: readonly Named[], space: {width: number; height: number}): Label[] {
  const taken = marks.map(({x, y}): Box => {
    const [left, top] = [x * space.width - MARK / 2, (1 - y) * space.height - MARK / 2]
    return {left, top, width: MARK, height: MARK}
  })
  return marks.map(({text, x, y}, own) => {
    const width = [...text].length * LETTER
    const boxOf = ({side, offset}: Label): Box => ({
      left: x * space.width + (side === 'right' ? GAP : -GAP - width),
      top: (1 - y) * space.height + offset - LINE / 2,
      width,
      height: LINE,
    })
    const isFree = (box: Box) =>
      box.left >= 0 &&
      box.left + box.width <= space.width &&
      box.top >= 0 &&
      box.top + box.height <= space.height &&
      taken.every((other, index) => index === own || !overlap(box, other))
    const label = PLACES.find((place) => isFree(boxOf(place))) ?? {side: 'right', offset: 0}
    taken.push(boxOf(label))
    return label
  })
}

function overlap(a: Box, b: Box): boolean {
  return (
    a.left < b.left + b.width &&
    b.left < a.left + a.width &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  )
}
