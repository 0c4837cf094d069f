// The second half of a sign-in: a code of the app, or a recovery code.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field } from '../../../lib/call.ts';
import { localPath } from '../../../lib/local-path.ts';

export function load(event: ServerLoadEvent) {
  const call = callOf(event);
  if (call.visit !== undefined) redirect(303, localPath(event.url.searchParams.get('to')));
  if (call.findNote('half') === undefined) redirect(303, `/sign-in${event.url.search}`);
}

export const actions = {
  default: async (event: RequestEvent) => {
    const call = callOf(event);
    const outcome = await attempt(event, async () => {
      const half = call.findNote('half');
      call.keep(await call.hub.signIn.withCode(half, field(call.form, 'code'), call.browser));
      call.keepNote('half', '');
      return undefined;
    });
    if (outcome === undefined) redirect(303, localPath(event.url.searchParams.get('to')));
    return outcome;
  },
};
