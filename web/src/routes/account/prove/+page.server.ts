// A fresh proof, for what outlasts a session.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit } from '../../../lib/call.ts';
import { localPath } from '../../../lib/local-path.ts';

export function load(event: ServerLoadEvent) {
  requireVisit(event);
}

export const actions = {
  default: async (event: RequestEvent) => {
    const visit = requireVisit(event);
    const call = callOf(event);
    const form = callOf(event).form;
    const outcome = await attempt(event, async () => {
      call.keep(await call.hub.signIn.proveByPassword(visit, field(form, 'password'), call.browser));
      return undefined;
    });
    if (outcome === undefined) redirect(303, localPath(event.url.searchParams.get('to')));
    return outcome;
  },
};
