import {micromark} from 'micromark'
import {gfm, gfmHtml} from 'micromark-extension-gfm'
import {type DefaultTreeAdapterMap, parseFragment} from 'parse5'

type Node = DefaultTreeAdapterMap['childNode']

/** Markdown as GitHub shows it, to look at. */
export interface Rendered {
  html: string
  /** The names of all elements, in order. */
  elements: string[]
  /** The text of each row of each table, by cells. */
  rows: string[][]
  /** The text of all code blocks. */
  blocks: string[]
  text: string
}

/** Renders Markdown with the extensions of GitHub; what HTML is in it stays, as it does there. */
export function rendered(markdown: string): Rendered {
  const html = micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
  })
  const nodes = below(parseFragment(html).childNodes)
  const named = (name: string) => nodes.filter(({nodeName}) => nodeName === name)
  return {
    html,
    elements: nodes.map(({nodeName}) => nodeName).filter((name) => !name.startsWith('#')),
    rows: named('tr').map((row) =>
      below(childrenOf(row))
        .filter(({nodeName}) => nodeName === 'td' || nodeName === 'th')
        .map((cell) => textOf(cell)),
    ),
    blocks: named('pre').map((block) => textOf(block)),
    text: textOf({childNodes: nodes.filter(({nodeName}) => nodeName === '#text')} as unknown as Node),
  }
}

function childrenOf(node: Node): Node[] {
  return 'childNodes' in node ? node.childNodes : []
}

function below(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => [node, ...below(childrenOf(node))])
}

function textOf(node: Node): string {
  return 'value' in node
    ? String(node.nodeName === '#text' ? node.value : '')
    : childrenOf(node)
        .map((each) => textOf(each))
        .join('')
}
