// Which way to a page is tried first, by what is believed of how many match. Being wrong costs time alone: each way has a
// bound, and then the next one is tried.

/** The ways to a page. */
export type Way = 'facet' | 'search' | 'follow';

/** What is believed of what is asked for. */
export interface Belief {
  /** Repositories of the type. */
  readonly all: number;
  /** Those that match everything. */
  readonly matching: number;
  /** Those with the rarest facet, where there is one. */
  readonly facet: number | undefined;
  /** Which part of those with all facets match the words as well. */
  readonly words: number;
  /** What asking the indexes of words and facets costs, that with looking at what they leave, and how much that is. */
  readonly search: { readonly listed: number; readonly cost: number; readonly left: number } | undefined;
  /** Following reads narrow rows alone. */
  readonly narrow: boolean;
}

/** How many may be looked at on each way. */
export interface WayBounds {
  readonly facet: number;
  readonly search: number;
  readonly followed: number;
}

/** What is read on each way, in microseconds of one machine; what matters is how they compare. */
export const COSTS = {
  /** A row of a facet, which lies beside the next one. */
  gathered: 0.45,
  /** A narrow row in order. */
  followed: 0.35,
  /** A repository in order. */
  followedRepo: 2.5,
  /** A repository by its id. */
  lookedUp: 4,
  /** Its sets, and now and then its words, by its id. */
  lookedInto: 7,
  /** What an index of words left; repositories of other types come with it. */
  fetched: 4,
  /** What the index of facets left. */
  fetchedFacet: 1.5,
  /** An entry of an index of words; a search asks two of them. */
  listed: 1,
  /** An entry of the index of facets. */
  listedFacet: 0.08,
};

/** The ways worth trying within their bounds, the cheapest first. */
export function waysOf(belief: Belief, limit: number, bounds: WayBounds): Way[] {
  const costs = costsOf(belief, limit);
  const isWorth: Record<Way, boolean> = {
    facet: belief.facet !== undefined && belief.facet <= bounds.facet,
    search: belief.search !== undefined && belief.search.left <= bounds.search && isListed(belief),
    follow: stepsOf(belief, limit) <= bounds.followed,
  };
  const worth = ALL.filter((way) => isWorth[way]);
  return worth.toSorted((a, b) => costs[a] - costs[b]);
}

/** Of indexes so much is listed at most, in microseconds of one machine: they list all that have a part, at any size. */
const MOST_LISTED = 30_000;

/**
 * Whether the indexes of words and facets are worth a try after all other ways failed: more were believed to match than do,
 * and what they leave is counted only once they were asked.
 */
export function isListed({ search }: Belief): boolean {
  return search !== undefined && search.listed <= MOST_LISTED;
}

/** Where fewer match, that many are looked into anyway. */
const MOST_RARE = 1e-6;

const ALL: readonly Way[] = ['facet', 'search', 'follow'];

/** Where as many as were believed to match are not met in so many times the way, they lie elsewhere. */
const IN_VAIN = 3;

/** How far it is worth following the order at most. */
export function patienceOf(belief: Belief, limit: number, followed: number): number {
  return Math.min(followed, Math.ceil(IN_VAIN * stepsOf(belief, limit)) + MOST_FREE);
}

/** So many steps cost less than changing one's mind. */
const MOST_FREE = 500;

/** How far the order must be followed to meet a page of those that match, if they are spread evenly. */
function stepsOf({ all, matching }: Belief, limit: number): number {
  return matching < limit ? Math.max(all, 1) : (limit * all) / matching;
}

function costsOf(belief: Belief, limit: number): Record<Way, number> {
  const { facet = Infinity, search, words } = belief;
  // Of those with the facets, each in its order is looked into until a page of them has the words, too.
  const lookedInto = words === 1 ? 0 : Math.min(facet, limit / Math.max(words, MOST_RARE));
  return {
    facet: facet * COSTS.gathered + lookedInto * COSTS.lookedInto + limit * COSTS.lookedUp,
    search: search === undefined ? Infinity : search.cost + limit * COSTS.lookedUp,
    follow:
      stepsOf(belief, limit) * (belief.narrow ? COSTS.followed : COSTS.followedRepo) + limit * COSTS.lookedUp,
  };
}
