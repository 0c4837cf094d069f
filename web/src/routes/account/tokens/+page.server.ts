// The tokens of an account: listed, made and shown once, revoked.
import { type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit, show } from '../../../lib/call.ts';
import { linesOf, scopesOf, TARGETS } from '../../../lib/scope-form.ts';

export async function load(event: ServerLoadEvent) {
  const { actor, account, memberships } = requireVisit(event);
  const { hub } = callOf(event);
  const tokens = await show(event, () => hub.tokens.list(actor, account.name));
  const live = tokens.filter(({ token }) => token.revokedAt === null).reverse();
  const used = await Promise.all(live.map(({ token }) => hub.tokenUses.listScopes(token.id)));
  const now = new Date();
  const replaced = live.findIndex(({ token }) => token.id === event.url.searchParams.get('in-place-of'));
  return {
    namespaces: [
      { key: `user:${account.name}`, name: account.name },
      ...memberships.map(({ orgName }) => ({ key: `org:${orgName}`, name: orgName })),
    ],
    targets: [...TARGETS],
    // The form for a token that takes the place of a classic one, with what that one was used for.
    offered: replaced < 0 ? {} : offerFor(live[replaced]?.token.name ?? '', used[replaced] ?? []),
    tokens: live.map(({ token, lastUse }, at) => ({
      id: token.id,
      name: token.name,
      classic: token.grant.role !== 'fineGrained',
      grant: token.grant,
      used: used[at] ?? [],
      addresses: token.addresses ?? [],
      lastUse,
      expiresAt: token.expiresAt,
      expired: token.expiresAt !== null && token.expiresAt <= now,
    })),
  };
}

function offerFor(name: string, scopes: readonly string[]): Record<string, string> {
  return { name, scopes: scopes.join('\n') };
}

function valuesOf(form: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...form.keys()].map((name) => [name, field(form, name)]));
}

export const actions = {
  create: async (event: RequestEvent) => {
    const visit = requireVisit(event);
    const { hub, baseUrl, form } = callOf(event);
    const kind = field(form, 'kind');
    return await attempt(
      event,
      async () => {
        const role = kind === 'read' || kind === 'write' ? kind : undefined;
        const organizations = visit.memberships.map(({ orgName }) => orgName);
        const scopes = role === undefined ? scopesOf(form, organizations) : [];
        const { token, text } = await hub.tokens.issue(visit.actor, {
          user: visit.account.name,
          name: field(form, 'name').trim(),
          grant: await hub.scopesFor(visit).parseGrant(role, scopes),
          expiresInDays: Number(field(form, 'days')),
          addresses: linesOf(form, 'addresses'),
        });
        return {
          made: text.reveal('to show it once to who made it'),
          grant: token.grant,
          addresses: token.addresses ?? [],
          expiresAt: token.expiresAt,
          baseUrl,
        };
      },
      valuesOf(form),
    );
  },
  revoke: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const id = field(callOf(event).form, 'id');
    return await attempt(event, async () => {
      await callOf(event).hub.tokens.revoke(actor, id as typeof actor.userId);
      return { revoked: true };
    });
  },
};
