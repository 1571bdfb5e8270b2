/**
 * What the leaderboard says about one run, all its rows together: its evaluation finished; stopped early or failed; or it
 * says something that this version does not know.
 */
export type Standing = 'failed' | 'finished' | 'partial' | 'unclear'

/** The standing of each run that the leaderboard cites, by the run's timestamp. */
export type Evidence = ReadonlyMap<string, Standing>
