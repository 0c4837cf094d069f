// The history of a revision, newest first.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, show } from '../../../../../../lib/call.ts';
import { presentCommit, presentRefs } from '../../../../../../lib/repo/commits.ts';
import { openPlace, restOf, presentHead } from '../../../../../../lib/repo/open.ts';

const LIMIT = 50;
const MOST_REFS = 100;

export async function load(event: ServerLoadEvent) {
  const { hub } = callOf(event);
  const place = await openPlace(event, restOf(event) || 'main');
  const asked = Number(event.url.searchParams.get('p') ?? 0);
  const number = Number.isSafeInteger(asked) && asked >= 0 && asked <= 1_000_000 ? asked : 0;
  const [refs, { commits, total }] = await show(event, () =>
    Promise.all([
      hub.history.listRefs(place),
      hub.history.listCommits(place, { skip: number * LIMIT, limit: LIMIT }),
    ]),
  );
  return {
    repo: presentHead(event, place.repo),
    revision: place.revision,
    refs: presentRefs(refs).slice(0, MOST_REFS),
    commits: commits.map(presentCommit),
    number,
    total,
    more: (number + 1) * LIMIT < total,
  };
}
