// An account without an invitation, where the hub is open to everybody.
import { error, redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field } from '../../lib/call.ts';

export function load(event: ServerLoadEvent) {
  const { visit, hub } = callOf(event);
  if (visit !== undefined) redirect(303, '/account');
  if (hub.invitations.policy !== 'open') error(404, 'Not Found');
}

export const actions = {
  default: async (event: RequestEvent) => {
    const call = callOf(event);
    const [name, email] = [field(call.form, 'name').trim(), field(call.form, 'email').trim()];
    const password = field(call.form, 'password');
    if (password !== field(call.form, 'again')) return { differ: true, values: { name, email } };
    const signUp = async (): Promise<undefined> => {
      const account = await call.hub.invitations.signUp({ name, email, password });
      call.keep(await call.hub.signIn.begin(account.id, ['password'], call.browser));
    };
    const outcome = await attempt(event, signUp, { name, email });
    if (outcome === undefined) redirect(303, '/account');
    return outcome;
  },
};
