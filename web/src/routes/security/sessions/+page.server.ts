// The sessions of everybody, the newest first, and their end.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { browserName } from '../../../lib/browser-name.ts';
import { attempt, callOf, field, requireVisit, show } from '../../../lib/call.ts';
import { afterOf, pagerOf, ROWS, textOf } from '../../../lib/security/list.ts';

export async function load(event: ServerLoadEvent) {
  const { actor, session: current } = requireVisit(event);
  const { searchParams } = event.url;
  const wish = { user: textOf(searchParams, 'user'), address: textOf(searchParams, 'address') };
  return await show(event, async () => {
    const { items, next } = await callOf(event).hub.centre.sessions.list(actor, wish, {
      limit: ROWS,
      after: afterOf(searchParams),
    });
    return {
      wish,
      sessions: items.map(({ session, userName }) => ({
        ...{ id: session.id, userId: session.userId, user: userName, address: session.address },
        ...{ beganAt: session.beganAt, seenAt: session.seenAt, current: session.id === current.id },
        browser: browserName(session.client),
      })),
      pager: pagerOf(event.url, next),
    };
  });
}

export const actions = {
  end: async (event: RequestEvent) => {
    const { actor, session } = requireVisit(event);
    const { hub, form } = callOf(event);
    const id = field(form, 'id') as typeof session.id;
    const outcome = await attempt(event, async () => {
      await hub.sessions.end(actor, field(form, 'user') as typeof session.userId, id);
      return { ended: true };
    });
    if (id === session.id && 'ended' in outcome) redirect(303, '/sign-in?ended');
    return outcome;
  },
};
