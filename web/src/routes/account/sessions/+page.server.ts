// The sessions of an account, and their end.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit, show } from '../../../lib/call.ts';
import { browserName } from '../../../lib/browser-name.ts';

export async function load(event: ServerLoadEvent) {
  const { actor, account, session: current } = requireVisit(event);
  const sessions = await show(event, () => callOf(event).hub.sessions.list(actor, account.id));
  return {
    sessions: sessions.map(({ id, address, client, beganAt, seenAt }) => ({
      ...{ id, address, beganAt, seenAt },
      browser: browserName(client),
      current: id === current.id,
    })),
  };
}

export const actions = {
  end: async (event: RequestEvent) => {
    const { actor, account, session } = requireVisit(event);
    const call = callOf(event);
    const id = field(callOf(event).form, 'id');
    const outcome = await attempt(event, async () => {
      await call.hub.sessions.end(actor, account.id, id as typeof session.id);
      return { ended: true };
    });
    if (id === session.id && 'ended' in outcome) redirect(303, '/sign-in?ended');
    return outcome;
  },
  others: async (event: RequestEvent) => {
    const { actor, account, session } = requireVisit(event);
    return await attempt(event, async () => ({
      others: await callOf(event).hub.sessions.endAll(actor, account.id, session.id),
    }));
  },
};
