// For how long a hub has a Space without a word, and by when each side has ended what runs of it: of two hubs that one Space goes to
// in turn, the second begins only when nothing of the first is left.

/** A hub has its Spaces for so long, in milliseconds, from when it last said so in the database. */
export const LEASE_MS = 32_000;
/** It says so this often. */
export const RENEW_MS = 5_000;
/** An app that does not end when it is told is killed after this. */
export const GRACE_MS = 5_000;
/** What ending takes at most: the grace, the kill, and what clocks and busy machines differ by. */
const END_MS = GRACE_MS + 2_000;
/** A hub that does not reach the database gives its Spaces up after this. */
export const LOST_MS = LEASE_MS - END_MS;
/** A runner without its hub ends them after this: the hub may have been about to renew when it went. */
export const ALONE_MS = LEASE_MS - RENEW_MS - END_MS;
