// Signing in with a passkey.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field } from '../../../lib/call.ts';
import { localPath } from '../../../lib/local-path.ts';
import { siteOf } from '../../../lib/site.ts';

export function load(event: ServerLoadEvent) {
  // Who comes here by themselves has nothing to be told.
  if (event.request.method !== 'POST') redirect(303, `/sign-in${event.url.search}`);
}

export const actions = {
  default: async (event: RequestEvent) => {
    const call = callOf(event);
    const outcome = await attempt(event, async () => {
      const [response, note] = [field(call.form, 'response'), call.findNote('challenge')];
      const answered = { response, note, site: siteOf(event.url) };
      call.keep(await call.hub.signIn.withPasskey(answered, call.browser));
      call.keepNote('challenge', '');
      return undefined;
    });
    if (outcome === undefined) redirect(303, localPath(event.url.searchParams.get('to')));
    return outcome;
  },
};
