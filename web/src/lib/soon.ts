// How long pages say nothing of work that is under way: what is done sooner would only make them flicker.

/** The one delay, in milliseconds. Pages give it to the scripts that show such work. */
export const SOON_MS = 200;
