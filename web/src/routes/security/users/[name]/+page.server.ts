// One user, for who looks after everybody: how they stand, and what can be ended.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, requireVisit, show } from '../../../../lib/call.ts';

export async function load(event: ServerLoadEvent) {
  const { actor, account: own } = requireVisit(event);
  const { hub } = callOf(event);
  return await show(event, async () => {
    const { account, secondFactorAt } = await hub.centre.everybody.get(actor, event.params['name'] ?? '');
    const signedIn = await hub.centre.sessions.lastSignIns(actor, [account.id]);
    return {
      person: {
        ...{ id: account.id, name: account.name, email: account.email, secondFactorAt },
        administrator: account.administrator,
        since: account.createdAt,
        disabled: account.disabledAt !== null,
        signedInAt: signedIn.get(account.id),
      },
      organizations: (await hub.identity.listMemberships(account.id)).map(({ orgName, role }) => ({
        ...{ name: orgName, role },
      })),
      isOwn: account.id === own.id,
    };
  });
}

export const actions = {
  sessions: async (event: RequestEvent) => {
    const { actor, account: own } = requireVisit(event);
    const { hub } = callOf(event);
    const outcome = await attempt(event, async () => {
      const { account } = await hub.centre.everybody.get(actor, event.params['name'] ?? '');
      return { ended: await hub.sessions.endAll(actor, account.id), isOwn: account.id === own.id };
    });
    // The session of this page is among them.
    if ('isOwn' in outcome && outcome.isOwn) redirect(303, '/sign-in?ended');
    return outcome;
  },
  disable: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    return await attempt(event, async () => {
      await callOf(event).hub.identity.disableUser(actor, event.params['name'] ?? '');
      return { disabled: true };
    });
  },
  enable: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    return await attempt(event, async () => {
      await callOf(event).hub.identity.enableUser(actor, event.params['name'] ?? '');
      return { enabled: true };
    });
  },
};
