// How the door of a run tells the hub for which run it asks. What the hub gives out for that run is good together with this alone,
// so that it is worth nothing to whoever carries it away: the door puts it into requests to the hub, and no app ever sees it.

/** The header, in lower case. An app's own is never passed on. */
export const RUN_PROOF_HEADER = 'x-holdfast-run';

/** What stands in it: the run, a dot, and a signature of the hub. */
export const RUN_PROOF = /^([0-9a-f]{24})\.([A-Za-z0-9_-]{43})$/;
