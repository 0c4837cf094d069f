// An invitation: who comes new makes an account with it, who has one joins the organisation.
import { fail, redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit, show } from '../../../lib/call.ts';
import { backOf } from '../../../lib/sign-on.ts';

export async function load(event: ServerLoadEvent) {
  const { invitations, singleSignOn } = callOf(event).hub;
  const found = await show(event, () => invitations.get(event.params['invitation'] ?? ''));
  const { email, org, inviter, asked } = found;
  return {
    email,
    inviter,
    asked,
    organization: org?.name,
    role: org?.role,
    issuer: singleSignOn?.name,
    alone: invitations.policy === 'single-sign-on',
    invitation: event.params['invitation'] ?? '',
  };
}

export const actions = {
  accept: async (event: RequestEvent) => {
    const call = callOf(event);
    const name = field(call.form, 'name').trim();
    const password = field(call.form, 'password');
    if (password !== field(call.form, 'again')) return { differ: true, values: { name } };
    const accept = async (): Promise<undefined> => {
      const text = event.params['invitation'] ?? '';
      const account = await call.hub.invitations.accept(text, { name, password });
      call.keep(await call.hub.signIn.begin(account.id, ['password'], call.browser));
    };
    const outcome = await attempt(event, accept, { name });
    if (outcome === undefined) redirect(303, '/account');
    return outcome;
  },
  // Sent by a form of ours, beneath what one joins: a link from elsewhere must not make an account of whom the issuer knows anyway, nor take
  // them into an organization.
  issuer: async (event: RequestEvent) => {
    const call = callOf(event);
    const { singleSignOn, invitations } = call.hub;
    if (singleSignOn === undefined) return fail(404);
    return await attempt(event, async () => {
      const invitation = event.params['invitation'] ?? '';
      await invitations.get(invitation);
      const at = { back: backOf(call), to: '/account' };
      const begun = await singleSignOn.begin({ kind: 'join', invitation }, at);
      call.keepNote('sign-on', begun.note);
      return { onward: begun.address };
    });
  },
  join: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const outcome = await attempt(event, async () => {
      await callOf(event).hub.invitations.join(actor, event.params['invitation'] ?? '');
      return undefined;
    });
    if (outcome === undefined) redirect(303, '/account');
    return outcome;
  },
};
