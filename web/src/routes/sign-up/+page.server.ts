// How somebody gets an account without an invitation, where the hub is open to everybody: a link comes by mail. The page says the same
// to all, so that nobody learns here whose mail address has an account.
import { error, redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field } from '../../lib/call.ts';
import { languageOf } from '../../lib/words-of.ts';

export function load(event: ServerLoadEvent) {
  const { visit, hub } = callOf(event);
  if (visit !== undefined) redirect(303, '/account');
  if (hub.invitations.policy !== 'open') error(404, 'Not Found');
}

export const actions = {
  default: async (event: RequestEvent) => {
    const call = callOf(event);
    const email = field(call.form, 'email').trim();
    const language = languageOf(event);
    const ask = async (): Promise<{ asked: true }> => {
      await call.hub.signUps.ask({ email, language }, call.browser);
      return { asked: true };
    };
    return await attempt(event, ask, { email });
  },
};
