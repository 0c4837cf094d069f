// The second half of a fresh proof that began at the issuer: a code of the app, or a recovery code.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit } from '../../../../lib/call.ts';
import { localPath } from '../../../../lib/local-path.ts';

export function load(event: ServerLoadEvent) {
  requireVisit(event);
  if (callOf(event).findNote('half') === undefined) redirect(303, `/account/prove${event.url.search}`);
  return { search: event.url.search };
}

export const actions = {
  default: async (event: RequestEvent) => {
    const visit = requireVisit(event);
    const call = callOf(event);
    const outcome = await attempt(event, async () => {
      const shown = { half: call.findNote('half'), code: field(call.form, 'code') };
      call.keep(await call.hub.signIn.proveWithCode(visit, shown, call.browser));
      call.keepNote('half', '');
      return undefined;
    });
    if (outcome === undefined) redirect(303, localPath(event.url.searchParams.get('to')));
    return outcome;
  },
};
