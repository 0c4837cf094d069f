// Signing in with a password.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field } from '../../lib/call.ts';
import { siteOf } from '../../lib/site.ts';
import { localPath } from '../../lib/local-path.ts';
import { problemIn } from '../../lib/sign-on.ts';
import { wordsOf } from '../../lib/words-of.ts';

export async function load(event: ServerLoadEvent) {
  if (callOf(event).visit !== undefined) redirect(303, localPath(event.url.searchParams.get('to')));
  const call = callOf(event);
  const asked = await call.hub.passkeys.ask(siteOf(event.url));
  call.keepNote('challenge', asked.note);
  return {
    options: asked.options,
    search: event.url.search,
    to: localPath(event.url.searchParams.get('to')),
    issuer: call.hub.singleSignOn?.name,
    alone: call.hub.invitations.policy === 'single-sign-on',
    problem: problemIn(event.url, wordsOf(event).refusals),
    open: callOf(event).hub.invitations.policy === 'open',
    changed: event.url.searchParams.has('changed'),
    ended: event.url.searchParams.has('ended'),
  };
}

export const actions = {
  default: async (event: RequestEvent) => {
    const call = callOf(event);
    const name = field(call.form, 'name').trim();
    const signIn = async (): Promise<string> => {
      const wish = { name, password: field(call.form, 'password') };
      const outcome = await call.hub.signIn.withPassword(wish, call.browser);
      if (outcome.kind === 'half') {
        call.keepNote('half', outcome.half);
        return `/sign-in/code${event.url.search}`;
      }
      call.keep(outcome.signedIn);
      return localPath(event.url.searchParams.get('to'));
    };
    const outcome = await attempt(event, signIn, { name });
    if (typeof outcome === 'string') redirect(303, outcome);
    return outcome;
  },
};
