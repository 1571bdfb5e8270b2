/** What the package may take up unpacked, in bytes: what it is, and a twentieth. `docs/performance.md` defends it. */
export const MOST_BYTES = 6_100_000
