import {count} from '../views/format.js'
import {image} from './frame.js'
import {type Markup, markup} from './markup.js'
import {percent} from './shapes.js'
import {type AgeBand, type Amount, amountText} from './storage.js'

/** In pixels. */
const ROW = 46
const BAR = {top: 22, height: 13}

/** A bar for each age: what the runs take up, and of it what would be deleted. Without sizes it counts datasets. */
export function storageChart(bands: readonly AgeBand[], areSized: boolean): Markup {
  const measure = (amount: Amount) => (areSized ? amount.bytes : amount.datasets)
  const most = Math.max(...bands.map(({all}) => measure(all))) || 1
  const rows = bands.map(({title, runs, all, goes}, index) => {
    const top = index * ROW
    const [whole, gone] = [measure(all) / most, measure(goes) / most]
    const bar = markup`y="${top + BAR.top}" height="${BAR.height}"`
    return markup`<text x="0" y="${top + 14}">${title}</text><text x="100%" y="${top + 14}" class="end">${amountText(all, areSized)}, ${count(runs, 'run')}</text>
<rect class="stays" x="0" ${bar} width="${percent(whole)}"/>${
      gone > 0
        ? markup`<rect class="goes" x="${percent(whole - gone)}" ${bar} width="${percent(gone)}"/>`
        : undefined
    }`
  })
  const what = areSized ? 'Storage' : 'Datasets'
  return image(
    {
      id: 'storage-age',
      title: `${what} by the age of runs`,
      text: `${count(bands.length, 'bar')}, youngest runs first. The table below the chart has the numbers.`,
    },
    'bars',
    bands.length * ROW,
    markup`${rows}`,
  )
}
