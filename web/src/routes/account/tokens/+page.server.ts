// The tokens of an account: listed, made and shown once, revoked.
import { type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit, show } from '../../../lib/call.ts';
import { TYPES } from '../../../lib/repo/address.ts';
import { linesOf, MORE, scopesOf, TARGETS } from '../../../lib/scope-form.ts';

/** Of each type. */
const OFFERED = 50;

export async function load(event: ServerLoadEvent) {
  const { actor, account, memberships } = requireVisit(event);
  const { hub } = callOf(event);
  const tokens = await show(event, () => hub.tokens.list(actor, account.name));
  const live = tokens
    // One that an application was given would be followed by the next: what ends them all is on the page of applications.
    .filter(({ token }) => token.revokedAt === null && token.application === null)
    .reverse();
  const used = await Promise.all(live.map(({ token }) => hub.tokenUses.listScopes(token.id)));
  const now = new Date();
  const replaced = live.findIndex(({ token }) => token.id === event.url.searchParams.get('in-place-of'));
  return {
    namespaces: [
      { key: `user:${account.name}`, name: account.name, more: [...MORE.user] },
      ...memberships.map(({ orgName }) => ({ key: `org:${orgName}`, name: orgName, more: [...MORE.org] })),
    ],
    repos: await reposOf(event),
    targets: [...TARGETS],
    // The form for a token that takes the place of a classic one, with what that one was used for.
    offered: replaced < 0 ? {} : offerFor(live[replaced]?.token.name ?? '', used[replaced] ?? []),
    tokens: live.map(({ token, lastUse, pushedAt }, at) => ({
      id: token.id,
      name: token.name,
      classic: token.grant.role !== 'fineGrained',
      grant: token.grant,
      used: used[at] ?? [],
      addresses: token.addresses ?? [],
      lastUse,
      pushedAt,
      expiresAt: token.expiresAt,
      expired: token.expiresAt !== null && token.expiresAt <= now,
    })),
  };
}

/** Repositories of the user's own, to pick from. */
async function reposOf(event: ServerLoadEvent): Promise<string[]> {
  const { actor, account } = requireVisit(event);
  const { hub } = callOf(event);
  const wish = { tags: [], sort: 'lastModified', ascending: false, limit: OFFERED } as const;
  const lists = TYPES.map((type) => hub.repos.list(actor, { ...wish, type, author: account.name }));
  const found = (await Promise.all(lists)).flatMap(({ items }) => items);
  return [...new Set(found.map(({ namespace, name }) => `${namespace}/${name}`))];
}

function offerFor(name: string, scopes: readonly string[]): Record<string, string> {
  return { name, scopes: scopes.join('\n') };
}

function valuesOf(form: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...form.keys()].map((name) => [name, form.getAll(name).join(' ')]));
}

/** What was chosen, as a grant. Throws what is wrong with it. */
async function grantOf(event: RequestEvent) {
  const visit = requireVisit(event);
  const { hub, form } = callOf(event);
  const kind = field(form, 'kind');
  const role = kind === 'read' || kind === 'write' ? kind : undefined;
  const organizations = visit.memberships.map(({ orgName }) => orgName);
  const scopes = role === undefined ? scopesOf(form, organizations) : [];
  return await hub.scopesFor(visit).parseGrant(role, scopes);
}

export const actions = {
  preview: async (event: RequestEvent) => {
    const values = valuesOf(callOf(event).form);
    return await attempt(event, async () => ({ previewed: await grantOf(event), values }), values);
  },
  create: async (event: RequestEvent) => {
    const visit = requireVisit(event);
    const { hub, baseUrl, form } = callOf(event);
    return await attempt(
      event,
      async () => {
        const { token, text } = await hub.tokens.issue(visit.actor, {
          user: visit.account.name,
          name: field(form, 'name').trim(),
          grant: await grantOf(event),
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
