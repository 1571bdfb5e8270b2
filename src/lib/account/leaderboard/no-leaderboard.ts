import {RefusedError} from '../../base/errors.js'
import {leaderboardName} from '../../base/names.js'
import {type Hub} from '../../hub/client.js'

/**
 * Makes sure that a leaderboard which the listing lacks is not there. It may have been renamed or moved, and the pins in it with
 * it: then its address leads elsewhere.
 * @throws RefusedError naming where it leads, or where it is there all the same; SmoltraceError where the answer is not certain
 */
export async function requireNoLeaderboard(hub: Hub, namespace: string): Promise<void> {
  const name = leaderboardName(namespace)
  const found = await hub.whereabouts(name)
  if (found.state === 'missing') return
  if (found.state === 'there')
    throw new RefusedError(`${name} is there, but the listing does not show it.`, {
      suggestions: ['It may just have been made: try again in a moment.'],
    })
  throw new RefusedError(
    `${name} was renamed or moved: its address leads to ${found.to ?? 'another place'}, and what is protected may be there.`,
    {
      suggestions: [
        'Give it its name back, or create a dataset of this name: nothing is deleted while the address leads elsewhere.',
      ],
    },
  )
}
