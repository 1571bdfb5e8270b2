/* global document, getComputedStyle, innerWidth */
/* eslint-disable unicorn/consistent-function-scoping -- of what is asked, the browser is sent one function alone */
// What is asked of a page inside the browser. Each function stands alone.

/** Whether something is wider than the window. */
export function overflowOf() {
  const {scrollWidth, clientWidth} = document.documentElement
  return scrollWidth > clientWidth ? [`the page is ${scrollWidth} px wide in a window of ${clientWidth}`] : []
}

/** Letters of charts that cover one another, leave the window, or cannot be told from the paper; marks that cannot. */
export function chartFaults() {
  const luminance = (colour) => {
    const [red, green, blue] = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
      const share = Number(part) / 255
      return share <= 0.039_28 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }

  const paper = luminance(getComputedStyle(document.body).backgroundColor)
  const contrast = (colour) => {
    const [low, high] = [luminance(colour), paper].sort((a, b) => a - b)
    return (high + 0.05) / (low + 0.05)
  }

  const faults = []
  for (const chart of document.querySelectorAll('svg.chart')) {
    const boxes = []
    for (const text of chart.querySelectorAll('text')) {
      const box = text.getBoundingClientRect()
      if (box.width === 0) continue
      const name = `"${text.textContent}" of ${chart.querySelector('title').textContent.slice(0, 60)}`
      const ratio = contrast(getComputedStyle(text).fill)
      if (ratio < 4.5) faults.push(`${name} has a contrast of ${ratio.toFixed(2)}`)
      if (box.left < 0 || box.right > innerWidth) faults.push(`${name} leaves the window`)
      const isCovered = (other) =>
        box.left < other.right - 1 &&
        other.left < box.right - 1 &&
        box.top < other.bottom - 3 &&
        other.top < box.bottom - 3
      const other = boxes.find((each) => isCovered(each.box))
      if (other) faults.push(`${name} covers ${other.name}`)
      boxes.push({box, name})
    }
  }

  for (const swatch of document.querySelectorAll('svg.swatch[class*=" c"]')) {
    const ratio = contrast(getComputedStyle(swatch).stroke)
    if (ratio < 3)
      faults.push(`a mark of class ${swatch.getAttribute('class')} has a contrast of ${ratio.toFixed(2)}`)
  }

  return faults
}

/** What axe finds that keeps people out. */
export async function accessFaults() {
  const {violations} = await globalThis.axe.run(document, {resultTypes: ['violations']})
  return violations
    .filter(({impact}) => impact === 'serious' || impact === 'critical')
    .map(({id, help, nodes}) => `axe: ${id}: ${help}: ${nodes[0].html.slice(0, 120)}`)
}

/** The colour of the paper. */
export function paperOf() {
  return getComputedStyle(document.body).backgroundColor
}

/** Opens or closes what is folded up. */
export function unfold(isOpen) {
  for (const details of document.querySelectorAll('details')) details.open = isOpen
}
