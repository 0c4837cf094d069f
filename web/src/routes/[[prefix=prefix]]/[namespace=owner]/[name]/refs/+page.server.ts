// The branches and tags of a repository.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, show } from '../../../../../lib/call.ts';
import { presentRefs } from '../../../../../lib/repo/commits.ts';
import { openPlace, presentHead } from '../../../../../lib/repo/open.ts';

export async function load(event: ServerLoadEvent) {
  const { hub } = callOf(event);
  const place = await openPlace(event, 'main');
  const refs = presentRefs(await show(event, () => hub.history.listRefs(place)));
  return { repo: presentHead(event, place.repo), refs };
}
