// What is believed of how many repositories match: from the database's statistics at first, later as they were counted.
import { sql } from 'kysely';
import { type Belief } from './list-plan.ts';
import { isToldBySets } from './list-set-store.ts';
import { weighSearch, type Weighed } from './list-search-store.ts';
import { expectRows, facetSource, type Lists } from './list-source-store.ts';
import { type PageWish } from './list-wish-store.ts';

/** A belief, and how what is searched for would be gathered. */
export interface Beliefs extends Belief {
  readonly weighed: Weighed | undefined;
}

/** What is believed of a page's list. Facets are taken to be independent of one another, and of words. */
export async function believe(lists: Lists, wish: PageWish): Promise<Beliefs> {
  const { type, ofType, facets, search, order } = wish;
  const count = sql`select from repos.searched where ${ofType}`;
  const all = Math.max(1, await expectRows(lists, type, count));
  let share = 1;
  for (const facet of facets)
    share *= Math.min(1, (await expectRows(lists, facet, facetSource(facet, order).query)) / all);
  const [first] = lists.counts.sort(facets);
  const rarest = first === undefined ? undefined : lists.counts.countOf(first);
  const among = rarest === undefined ? undefined : { rarest, share };
  const weighed = search && (await weighSearch(lists, { search, order }, { all, facets: among }));
  return {
    all,
    matching: (weighed?.share ?? share) * all,
    facet: rarest,
    words: weighed === undefined || share === 0 ? 1 : Math.min(1, weighed.share / share),
    search: weighed,
    narrow: isToldBySets(wish),
    weighed,
  };
}
