// Signing in with a password.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field } from '../../lib/call.ts';
import { localPath } from '../../lib/local-path.ts';

export function load(event: ServerLoadEvent) {
  if (callOf(event).visit !== undefined) redirect(303, localPath(event.url.searchParams.get('to')));
  return { changed: event.url.searchParams.has('changed') };
}

export const actions = {
  default: async (event: RequestEvent) => {
    const call = callOf(event);
    const form = callOf(event).form;
    const name = field(form, 'name').trim();
    const outcome = await attempt(event, async () => {
      call.keep(
        await call.hub.signIn.withPassword({ name, password: field(form, 'password') }, call.browser),
      );
      return undefined;
    });
    if (outcome === undefined) redirect(303, localPath(event.url.searchParams.get('to')));
    return outcome;
  },
};
