/** A mark to be labelled: its position along each side, from 0 to 1. */
export interface Named {
  text: string
  x: number
  y: number
}

/** Where a name is drawn. */
export interface Label {
  text: string
  side: 'left' | 'right'
  /** Pixels below its mark. */
  offset: number
}

/** What names are set within, in pixels. A wider chart only moves them apart. */
export interface Space {
  width: number
  height: number
}

interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

/** Of the letters that names are set in, generously. */
const LETTER = 7.2
const LINE = 17
/** Between a mark and its name. */
export const GAP = 11
const MARK = 8
/** As near to the mark as there is room, above and below in turns. */
const OFFSETS = [0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5].map((lines) => lines * LINE)

/** Finds a place for each name where it covers no other name and no other mark; where there is none, next to its mark. */
export function placeLabels(marks: readonly Named[], space: Space): Label[] {
  const taken: Box[] = marks.map((mark) => around(mark, space))
  return marks.map((mark, own) => {
    const tries = OFFSETS.flatMap((offset) =>
      (['right', 'left'] as const).map((side): Label => ({text: mark.text, side, offset})),
    )
    const isFree = (label: Label) => {
      const box = boxOf(mark, label, space)
      return isInside(box, space) && taken.every((other, index) => index === own || !overlap(box, other))
    }

    const label = tries.find((each) => isFree(each)) ?? {text: mark.text, side: 'right', offset: 0}
    taken.push(boxOf(mark, label, space))
    return label
  })
}

function around({x, y}: Named, {width, height}: Space): Box {
  const [middle, level] = [x * width, (1 - y) * height]
  return {left: middle - MARK, right: middle + MARK, top: level - MARK, bottom: level + MARK}
}

function boxOf({x, y}: Named, {text, side, offset}: Label, {width, height}: Space): Box {
  const length = [...text].length * LETTER
  const level = (1 - y) * height + offset
  const near = x * width + (side === 'right' ? GAP : -GAP)
  const [left, right] = side === 'right' ? [near, near + length] : [near - length, near]
  return {left, right, top: level - LINE / 2, bottom: level + LINE / 2}
}

function isInside({left, right, top, bottom}: Box, {width, height}: Space): boolean {
  return left >= 0 && right <= width && top >= 0 && bottom <= height
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
