// Which secrets the Spaces have, by way of release, age and last use. Nothing here has a value.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit, show } from '../../../lib/call.ts';
import { afterOf, choiceOf, pagerOf } from '../../../lib/security/list.ts';

const KINDS = ['seen', 'brokered'] as const;
/** Spaces of one page: the vault is asked for each. */
const SPACES = 20;

export async function load(event: ServerLoadEvent) {
  const { actor } = requireVisit(event);
  const { secrets } = callOf(event).hub.centre;
  const { searchParams } = event.url;
  const only = choiceOf(searchParams, 'only', KINDS);
  return await show(event, async () => {
    const after = afterOf(searchParams) as typeof actor.userId | undefined;
    const { items, next } = await secrets.list(actor, { limit: SPACES, after });
    return {
      only,
      kinds: [...KINDS],
      vault: await secrets.standing(actor),
      spaces: items.map(({ id, name, secrets: all }) => ({
        ...{ id, name },
        secrets: all
          ?.filter(({ way }) => only === undefined || (way === 'brokered') === (only === 'brokered'))
          .map((one) => ({
            ...{ name: one.name, way: one.way, hosts: one.hosts, updatedAt: one.updatedAt },
            ...{ expiresAt: one.expiresAt, lastUsedAt: one.lastUsedAt, uses: one.uses },
            echoedAt: one.echoedAt,
          })),
      })),
      pager: pagerOf(event.url, next),
    };
  });
}
