// The start: what was lately changed, and, where nothing is yet, how to begin.
import { redirect, type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, show } from '../lib/call.ts';
import { listPath, TYPES } from '../lib/repo/address.ts';
import { presentRepo } from '../lib/repo/present.ts';
import { languageOf } from '../lib/words-of.ts';

const LIMIT = 7;

export async function load(event: ServerLoadEvent) {
  const { hub, actor, baseUrl } = callOf(event);
  const language = languageOf(event);
  if (actor.kind === 'anonymous' && !actor.mayReadPublic) redirect(303, '/sign-in');
  const lists = await show(event, () =>
    Promise.all(
      TYPES.map(async (type) => {
        const order = { sort: 'lastModified', ascending: false } as const;
        const wish = { type, tags: [], ...order, limit: LIMIT, cards: true };
        const page = await hub.repos.list(actor, wish);
        return {
          type,
          path: `${listPath(type)}?sort=lastModified`,
          repos: page.items.map((repo) => presentRepo(repo, language)),
        };
      }),
    ),
  );
  return { lists, baseUrl, empty: lists.every(({ repos }) => repos.length === 0) };
}
