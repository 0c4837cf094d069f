// Who belongs to an organisation, how they stand, and their removal.
import { type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit } from '../../../../../lib/call.ts';
import { afterOf, pagerOf, ROWS } from '../../../../../lib/security/list.ts';
import { showOrg } from '../../../../../lib/security/org.ts';

export async function load(event: ServerLoadEvent) {
  const { account: own } = requireVisit(event);
  const { orgPeople, sessions } = callOf(event).hub.centre;
  return await showOrg(event, async ({ org, actor }) => {
    const page = { limit: ROWS, after: afterOf(event.url.searchParams) };
    const { items, next } = await orgPeople.list(actor, org.id, page);
    const signedIn = await sessions.lastSignInsOf(
      actor,
      org.id,
      items.map(({ id }) => id),
    );
    return {
      members: items.map(({ id, ...member }) => ({
        ...member,
        ...{ signedInAt: signedIn.get(id), isOwn: id === own.id },
      })),
      pager: pagerOf(event.url, next),
    };
  });
}

export const actions = {
  remove: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const { hub, form } = callOf(event);
    return await attempt(event, async () => {
      await hub.members.remove(actor, { org: event.params['org'] ?? '', user: field(form, 'user') });
      return { removed: true };
    });
  },
};
