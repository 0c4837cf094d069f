// Invitations: made and shown once, listed, revoked.
import { error, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit } from '../../../lib/call.ts';

export async function load(event: ServerLoadEvent) {
  const visit = requireVisit(event);
  const organizations = visit.memberships
    .filter(({ role }) => role === 'admin')
    .map(({ orgName }) => orgName);
  const { administrator } = visit.account;
  if (!administrator && organizations.length === 0) error(404, 'Not Found');
  const { items, isCut } = await callOf(event).hub.invitations.list(visit.actor);
  return {
    administrator,
    organizations,
    isCut,
    invitations: items.map(({ id, email, org, inviter, expiresAt }) => ({
      ...{ id, email, inviter, expiresAt },
      organization: org?.name,
    })),
  };
}

const ROLES = ['read', 'contributor', 'write', 'admin'] as const;

export const actions = {
  invite: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const { hub, form, baseUrl } = callOf(event);
    const [email, name] = [field(form, 'email').trim(), field(form, 'organization')];
    const role = ROLES.find((one) => one === field(form, 'role')) ?? 'read';
    const invite = async () => {
      const wish = { email, ...(name !== '' && { org: { name, role } }) };
      const { text } = await hub.invitations.invite(actor, wish);
      return { link: `${baseUrl}/join/${text.reveal('to show it once to who invites')}` };
    };
    return await attempt(event, invite, { email });
  },
  revoke: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const { hub, form } = callOf(event);
    return await attempt(event, async () => {
      await hub.invitations.revoke(actor, field(form, 'id') as typeof actor.userId);
      return { revoked: true };
    });
  },
};
