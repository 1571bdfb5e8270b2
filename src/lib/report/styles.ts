import {Markup} from './markup.js'

/**
 * Colours of the models, in the order of their places; the last is for all others. Each has a contrast of at least 3 to the
 * paper of its scheme, and neighbours differ in lightness too, for colour-blind readers.
 */
const LIGHT = '#0b62a8 #c2410c #0d7a5f #8e3a9d #8a6100 #c02668 #3d4656 #0e7c8f #6b7280'.split(' ')
const DARK = '#6cb4f0 #ff9d5c #4fd1ac #d59be2 #e3c150 #ff8fb5 #d5dae2 #4cc9dc #9aa3af'.split(' ')

const LIGHT_SCHEME = `--paper:#fff;--sheet:#f6f7f9;--ink:#1b2330;--quiet:#566072;--rule:#dfe3e9;--faint:#c3c9d2;--bar:#5b7fa6;--loss:#b3410e;--loss-back:#fbe3d6;--focus:#0b62a8;${nameColours(LIGHT)}`
const DARK_SCHEME = `--paper:#14181f;--sheet:#1c222b;--ink:#e8ebf0;--quiet:#a3adbb;--rule:#2f3743;--faint:#4a5462;--bar:#6f93bb;--loss:#ff9d5c;--loss-back:#4a2c18;--focus:#6cb4f0;${nameColours(DARK)}`

function nameColours(colours: readonly string[]): string {
  return colours.map((colour, place) => `--c${place}:${colour}`).join(';')
}

/** The cells of a table that hold numbers, by its classes: `n2` has them in its second column. */
const NUMBERS = Array.from({length: 10}, (_, index) => `.n${index + 1} tr>:nth-child(${index + 1})`)

/** How the page looks: light or dark as the reader has it, on a telephone, a wide screen and paper. */
export const STYLES = new Markup(`
:root{color-scheme:light dark;${LIGHT_SCHEME}}
@media (prefers-color-scheme:dark){:root{${DARK_SCHEME}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;padding:clamp(1rem,4vw,3rem);max-width:74rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.defs{position:absolute}
.product{margin:0;color:var(--quiet);font-size:.875rem}
h1{margin:.1rem 0 .6rem;font-size:clamp(1.5rem,1.1rem + 2vw,2.25rem);line-height:1.2;font-weight:650;letter-spacing:-.01em}
h2{margin:0 0 .5rem;font-size:1.3rem;line-height:1.3;font-weight:650}
p{margin:0 0 1rem;max-width:46rem}
dl,dd,dt,figure,ul{margin:0;padding:0}
ul{list-style:none}
section{margin-top:3rem;padding-top:2rem;border-top:1px solid var(--rule)}
.quiet,.axis{color:var(--quiet);fill:var(--quiet)}
.origin{display:flex;flex-wrap:wrap;gap:.1rem 1.5rem;color:var(--quiet);font-size:.9rem}
.origin div{display:flex;gap:.4rem}
.origin dt::after{content:":"}
.origin dd{color:var(--ink)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin-top:1.75rem}
.figures div{display:flex;flex-direction:column-reverse;justify-content:flex-end;padding:.75rem 1rem;background:var(--sheet);border:1px solid var(--rule);border-radius:.5rem}
.figures dt{color:var(--quiet);font-size:.85rem;line-height:1.3}
.figures dd{font-size:1.5rem;line-height:1.25;font-weight:600}
.notice{margin-top:1.25rem;padding:.75rem 1rem;border:1px solid var(--rule);border-left:.3rem solid var(--loss);border-radius:.3rem;background:var(--sheet)}
.notice li+li{margin-top:.4rem}
.empty{padding:1rem;border:1px dashed var(--faint);border-radius:.5rem;color:var(--quiet)}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(17.5rem,100%),1fr));gap:1.75rem 2rem;margin:1.5rem 0}
.panels figure{display:flex;flex-direction:column;justify-content:space-between;min-width:0}
figcaption{font-size:.85rem;line-height:1.4}
figcaption .quiet{display:block}
.model{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden;font-size:.95rem;font-weight:600}
.swatch{margin-right:.4rem;vertical-align:-.1em;overflow:visible}
.chart{display:block;overflow:visible;font-size:12px}
.chart text{fill:var(--ink)}
.panel{width:calc(100% - 80px);margin:12px 24px 28px 56px}
.scatter{width:calc(100% - 84px);margin:36px 28px 52px 56px}
.bars{width:100%;max-width:46rem;font-size:14px}
.end{text-anchor:end}
.middle{text-anchor:middle}
.grid line{stroke:var(--rule)}
.grid .tick{display:none}
.grid text,.chart .axis{fill:var(--quiet)}
.context{stroke:var(--faint);stroke-width:3.2;stroke-linecap:round}
.path,#everything{overflow:visible}
.path polyline{fill:none;stroke-width:1.5;stroke-opacity:.6}
.path polyline,#everything path{vector-effect:non-scaling-stroke}
.faint{opacity:.55}
.mean{overflow:visible}
.mean use{stroke:var(--paper);stroke-width:.8}
.chart .letter{font-size:13px;font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
.kept{fill:var(--bar)}
.deleted{fill:url(#hatch);stroke:var(--loss)}
.hatch-back{fill:var(--loss-back)}
.hatch-line{fill:var(--loss)}
.key{display:flex;flex-wrap:wrap;gap:.35rem 1.25rem;margin:0 0 1rem;font-size:.9rem;line-height:1.4}
.key li{min-width:0;padding-left:1.3rem;text-indent:-1.3rem}
.facts{display:grid;gap:.35rem;margin:0 0 1.25rem}
.facts div{display:grid;grid-template-columns:minmax(8rem,10rem) 1fr;gap:1rem}
.facts dt{color:var(--quiet)}
details{margin-top:.75rem}
summary{cursor:pointer;padding:.35rem 0;font-size:.95rem;width:fit-content;max-width:100%}
summary:hover{text-decoration:underline}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:2px}
.scroll{overflow-x:auto;max-width:100%;margin:.25rem 0 1rem;border:1px solid var(--rule);border-radius:.5rem}
table{width:100%;border-collapse:collapse;font-size:.875rem;line-height:1.4;overflow-wrap:break-word}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{padding:.4rem .75rem;text-align:left;vertical-align:top;border-top:1px solid var(--rule)}
td{min-width:5rem;max-width:26rem}
td:has(a){white-space:nowrap}
a{color:var(--focus)}
th[scope=row]{font-weight:500;white-space:nowrap}
thead th{border-top:0;background:var(--sheet);color:var(--quiet);font-weight:600;white-space:nowrap}
${NUMBERS.join(',')}{text-align:right;white-space:nowrap;min-width:0}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--rule);color:var(--quiet);font-size:.875rem}
${LIGHT.map((_, place) => `.c${place}{fill:var(--c${place});stroke:var(--c${place})}`).join('\n')}
.c${LIGHT.length - 1}{fill:none}
@media (max-width:30rem){.facts div{grid-template-columns:1fr;gap:0}}
@page{margin:14mm}
@media print{
:root{color-scheme:light;${LIGHT_SCHEME}}
body{max-width:none;padding:0;font-size:10pt}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
section{margin-top:1.5rem;padding-top:1rem}
h2,p{break-after:avoid}
figure,tr,.figures,.key,.facts{break-inside:avoid}
.panels{grid-template-columns:1fr 1fr}
.scroll{overflow:visible}
table{font-size:8pt}
th,td{padding:.2rem .3rem}
td{min-width:0}
td:has(a),thead th{white-space:normal}
.panel{width:calc(100% - 92px)}
details:not([open]){display:none}
}
`)
