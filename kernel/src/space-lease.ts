// For how long a hub has a Space without a word, and by when what runs of it has ended: of two hubs that one Space goes to in turn,
// the second begins only when nothing of the first is left.

/** A hub has its Spaces for so long, in milliseconds, from when it last said so in the database. */
export const LEASE_MS = 32_000;
/** It says so this often, there and to its runner. */
export const RENEW_MS = 5_000;
/** An app that does not end when it is told is killed after this. */
export const GRACE_MS = 5_000;
/** What ending takes at most: the grace, the kill, and what clocks and busy machines differ by. */
const END_MS = GRACE_MS + 2_000;
/**
 * From when it last said so, too: a hub that cannot say it again gives its Spaces up after this, and its runner, which counts for itself,
 * ends them: the hub may be stopped, or gone.
 */
export const LOST_MS = LEASE_MS - END_MS;
/** A runner ends them so long after it lost a hub that never told it when it said so: it may have been about to. */
export const ALONE_MS = LOST_MS - RENEW_MS;
