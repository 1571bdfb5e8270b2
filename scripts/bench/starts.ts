import {type Figure} from './figure.js'
import {bin, inTurn, run, withHub} from './process.js'

const TIMES = 15

/** How long a start takes, next to a Node that does nothing. */
export async function starts(): Promise<Figure[]> {
  return withHub({}, async (env) => {
    const figures: Figure[] = []
    for (const args of [['--version'], ['--help'], ['cleanup', '--help'], ['runs', 'group']]) {
      const {first, second, ratio} = await inTurn(
        TIMES,
        () => run([bin, ...args], {env}),
        () => run(['-e', '0']),
      )
      figures.push({
        what: `\`smoltrace ${args.join(' ')}\``,
        measured: first,
        against: '`node -e 0`',
        reference: second,
        ratio,
      })
    }

    return figures
  })
}
