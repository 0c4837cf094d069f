// Which secrets the Spaces have, by way of release, age and last use. Nothing here has a value.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit, show } from '../../../lib/call.ts';
import { afterOf, choiceOf, pagerOf } from '../../../lib/security/list.ts';
import { SECRET_KINDS, SECRET_SPACES, secretRows } from '../../../lib/security/secret-rows.ts';

export async function load(event: ServerLoadEvent) {
  const { actor } = requireVisit(event);
  const { secrets } = callOf(event).hub.centre;
  const { searchParams } = event.url;
  const only = choiceOf(searchParams, 'only', SECRET_KINDS);
  return await show(event, async () => {
    const after = afterOf(searchParams) as typeof actor.userId | undefined;
    const { items, next } = await secrets.list(actor, { limit: SECRET_SPACES, after });
    return {
      only,
      kinds: [...SECRET_KINDS],
      vault: await secrets.standing(actor),
      spaces: secretRows(items, only),
      pager: pagerOf(event.url, next),
    };
  });
}
