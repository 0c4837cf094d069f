// Who is signed in, and the change of their password.
import { fail, redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit } from '../../lib/call.ts';

export async function load(event: ServerLoadEvent) {
  const { account, memberships } = requireVisit(event);
  const { name, email, createdAt, administrator } = account;
  return {
    account: { name, email, createdAt, administrator },
    organizations: memberships.map(({ orgName, role, requiresSecondFactor }) => ({
      name: orgName,
      role,
      requiresSecondFactor,
    })),
    withheld: (await callOf(event).hub.orgPolicies.listWithheld(account.id)).map(({ orgName }) => orgName),
  };
}

export const actions = {
  requirement: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const { hub, form } = callOf(event);
    const outcome = await attempt(event, async () => {
      const required = field(form, 'required') === 'yes';
      await hub.orgPolicies.requireSecondFactor(actor, field(form, 'organization'), required);
      return undefined;
    });
    // Who is signed in was found before the change: the page is opened anew.
    if (outcome === undefined) redirect(303, '/account');
    return outcome;
  },
  password: async (event: RequestEvent) => {
    const { account, actor } = requireVisit(event);
    const call = callOf(event);
    const form = callOf(event).form;
    const password = field(form, 'next');
    if (password !== field(form, 'again')) return fail(400, { differ: true });
    const outcome = await attempt(event, async () => {
      await call.hub.passwords.change(actor, account.id, password);
      call.forget();
      return undefined;
    });
    if (outcome === undefined) redirect(303, '/sign-in?changed');
    return outcome;
  },
};
