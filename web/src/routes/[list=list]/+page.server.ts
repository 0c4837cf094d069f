// A list of models, datasets or Spaces, narrowed and sorted as the address says.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, show } from '../../lib/call.ts';
import { typeOfList } from '../../lib/repo/address.ts';
import { queryOf, readWish, SIZE_BOUNDS, SIZE_NAMES } from '../../lib/repo/list-wish.ts';
import { nameChoices } from '../../lib/repo/facets.ts';
import { presentRepo } from '../../lib/repo/present.ts';
import { languageOf } from '../../lib/words-of.ts';

export async function load(event: ServerLoadEvent) {
  const { hub, actor } = callOf(event);
  const type = typeOfList(event.params['list']);
  const wish = readWish(type, event.url.searchParams);
  const [page, facets] = await show(event, () =>
    Promise.all([
      hub.repos.list(actor, queryOf(wish)),
      hub.listFacets(actor, type, type === 'model' ? SIZE_BOUNDS : []),
    ]),
  );
  const language = languageOf(event);
  const sizes = facets.sizes.map((count, index) => ({ name: SIZE_NAMES[index], count }));
  return {
    wish,
    facets: facets.groups.map((group) => nameChoices(group, language)),
    sizes,
    repos: page.items.map((repo) => presentRepo(repo, language)),
    next: page.next,
  };
}
