// An organisation as who administers it sees it: its members, what it asks, and the tokens that reach it.
import { error, redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit, show } from '../../../../lib/call.ts';

export async function load(event: ServerLoadEvent) {
  const { actor, account, memberships } = requireVisit(event);
  const { hub } = callOf(event);
  const membership = memberships.find(({ orgName }) => orgName === event.params['name']);
  // Who belongs to it without administering it has nothing to change here but to leave.
  if (membership === undefined) error(404);
  const { orgId, orgName: name, role } = membership;
  const page = await hub.identity.listMembers(orgId, {
    after: field(event.url.searchParams, 'after'),
    limit: 200,
  });
  const governs = role === 'admin';
  // Those that are still open, for who may take them back.
  const open = governs ? await show(event, () => hub.invitations.list(actor)) : undefined;
  return {
    name,
    governs,
    own: account.name,
    members: page.items.map(({ user, role, since }) => ({ name: user.name, role, since })),
    next: page.next,
    invitationsCut: open?.isCut ?? false,
    invitations: (open?.items ?? [])
      .filter(({ org }) => org?.name === name)
      .map(({ id, email, inviter, expiresAt }) => ({ id, email, inviter, expiresAt })),
    policy: governs ? await show(event, () => hub.orgPolicies.get(actor, name)) : undefined,
    tokens: governs
      ? (await show(event, () => hub.orgTokens.list(actor, name))).map(
          ({ token, owner, lastUse, reach }) => ({
            ...{ id: token.id, name: token.name, grant: token.grant, expiresAt: token.expiresAt },
            ...{ owner: owner.name, lastUse, reach, ofApplication: token.application !== null },
          }),
        )
      : [],
  };
}

// Does what a form asks for, and opens the page anew: who is signed in was found before the change.
async function change(
  event: RequestEvent,
  work: (name: string, form: URLSearchParams) => Promise<void>,
  to = event.url.pathname,
) {
  const { form } = callOf(event);
  const outcome = await attempt(event, async () => {
    await work(event.params['name'] ?? '', form);
    return undefined;
  });
  if (outcome === undefined) redirect(303, to);
  return outcome;
}

const ROLES = ['read', 'contributor', 'write', 'admin'] as const;

export const actions = {
  role: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    return await change(event, async (org, form) => {
      const role = ROLES.find((one) => one === field(form, 'role')) ?? 'read';
      await callOf(event).hub.members.put(actor, { org, user: field(form, 'user'), role });
    });
  },
  remove: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    return await change(
      event,
      async (org, form) => await callOf(event).hub.members.remove(actor, { org, user: field(form, 'user') }),
    );
  },
  leave: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    return await change(event, async (org) => await callOf(event).hub.members.leave(actor, org), '/account');
  },
  transfer: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    return await change(
      event,
      async (org, form) =>
        await callOf(event).hub.members.transfer(actor, { org, user: field(form, 'user') }),
    );
  },
  rename: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const to = field(callOf(event).form, 'to').trim();
    return await change(
      event,
      async (name) => void (await callOf(event).hub.namespaces.rename(actor, { kind: 'org', name }, to)),
      `/account/organizations/${encodeURIComponent(to)}`,
    );
  },
  delete: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    return await change(
      event,
      async (name) => await callOf(event).hub.namespaces.delete(actor, { kind: 'org', name }),
      '/account',
    );
  },
  policy: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    return await change(event, async (org, form) => {
      const days = field(form, 'days').trim();
      await callOf(event).hub.orgPolicies.change(actor, org, {
        refusesClassic: form.has('classic'),
        approvesTokens: form.has('approve'),
        privateByDefault: form.has('private'),
        requiresSecondFactor: form.has('factor'),
        mostTokenDays: days === '' ? null : Number(days),
      });
    });
  },
  approve: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    return await change(
      event,
      async (org, form) =>
        await callOf(event).hub.orgTokens.approve(actor, org, field(form, 'id') as typeof actor.userId),
    );
  },
  readmit: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    return await change(
      event,
      async (org, form) =>
        await callOf(event).hub.orgTokens.readmit(actor, org, field(form, 'id') as typeof actor.userId),
    );
  },
  end: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    return await change(event, async (org, form) => {
      await callOf(event).hub.orgTokens.end(actor, org, field(form, 'id') as typeof actor.userId);
    });
  },
};
