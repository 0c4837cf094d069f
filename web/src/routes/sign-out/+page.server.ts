// Signing out. The browser forgets its session whatever becomes of the rest.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { callOf } from '../../lib/call.ts';

export function load(_event: ServerLoadEvent) {
  redirect(303, '/');
}

export const actions = {
  default: async (event: RequestEvent) => {
    const call = callOf(event);
    call.forget();
    const { visit, hub } = call;
    if (visit !== undefined)
      await hub.sessions.end(visit.actor, visit.account.id, visit.session.id).catch((error: unknown) => {
        // Ended elsewhere in the meantime: that is what was asked for.
        if (call.refusalOf(error) === undefined) throw error;
      });
    redirect(303, '/sign-in');
  },
};
