// What matches a few words, of every type. While somebody types, a part of this page is shown below the box.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, field, show } from '../../lib/call.ts';
import { listPath, TYPES } from '../../lib/repo/address.ts';
import { presentRepo } from '../../lib/repo/present.ts';
import { languageOf } from '../../lib/words-of.ts';

const LIMIT = 6;

export async function load(event: ServerLoadEvent) {
  const { hub, actor } = callOf(event);
  const language = languageOf(event);
  const sought = field(event.url.searchParams, 'q').trim().slice(0, 200);
  if (sought === '') return { found: [] };
  const found = await show(event, () =>
    Promise.all(
      TYPES.map(async (type) => {
        const wish = { type, search: sought, tags: [], sort: 'trendingScore', ascending: false } as const;
        const { items, next } = await hub.repos.list(actor, { ...wish, limit: LIMIT, cards: true });
        const all = `${listPath(type)}?${new URLSearchParams({ search: sought }).toString()}`;
        return {
          type,
          repos: items.map((repo) => presentRepo(repo, language)),
          more: next === undefined ? undefined : all,
        };
      }),
    ),
  );
  return { found: found.filter(({ repos, more }) => repos.length > 0 || more !== undefined) };
}
