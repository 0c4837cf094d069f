// Who is signed in, and the change of their full name and password.
import { fail, redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit } from '../../lib/call.ts';
import { backOf, problemIn } from '../../lib/sign-on.ts';
import { wordsOf } from '../../lib/words-of.ts';

export async function load(event: ServerLoadEvent) {
  const { account, memberships } = requireVisit(event);
  const call = callOf(event);
  const { name, email, createdAt, administrator } = account;
  const fullname = account.fullname === name ? '' : account.fullname;
  return {
    account: { name, fullname, email, createdAt, administrator },
    organizations: memberships.map(({ orgName, role, requiresSecondFactor }) => ({
      name: orgName,
      role,
      requiresSecondFactor,
    })),
    issuer: call.hub.singleSignOn?.name,
    connected: (await call.hub.singleSignOn?.isConnected(account.id)) === true,
    problem: problemIn(event.url, wordsOf(event).refusals),
    withheld: (await call.hub.orgPolicies.listWithheld(account.id)).map(({ orgName }) => orgName),
  };
}

export const actions = {
  fullname: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const { hub, form } = callOf(event);
    const fullname = field(form, 'fullname');
    const outcome = await attempt(
      event,
      async () => {
        await hub.profiles.setFullname(actor, fullname);
        return undefined;
      },
      { fullname },
    );
    if (outcome === undefined) redirect(303, '/account');
    return outcome;
  },
  // Sent by a form of ours, after a fresh proof: a link from elsewhere must not tie somebody's account to another person.
  connect: async (event: RequestEvent) => {
    const visit = requireVisit(event);
    const call = callOf(event);
    const { singleSignOn } = call.hub;
    if (singleSignOn === undefined) return fail(404);
    return await attempt(event, async () => {
      const begun = await singleSignOn.beginConnecting(visit, { back: backOf(call), to: '/account' });
      call.keepNote('sign-on', begun.note);
      return { onward: begun.address };
    });
  },
  disconnect: async (event: RequestEvent) => {
    const visit = requireVisit(event);
    const { singleSignOn } = callOf(event).hub;
    if (singleSignOn === undefined) return fail(404);
    const outcome = await attempt(event, async () => {
      await singleSignOn.disconnect(visit);
      return undefined;
    });
    // Memberships may have ended with it: the page is opened anew.
    if (outcome === undefined) redirect(303, '/account');
    return outcome;
  },
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
