// The tokens of an account: listed, made and shown once, revoked.
import { type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit, show } from '../../../lib/call.ts';

export async function load(event: ServerLoadEvent) {
  const { actor, account, memberships } = requireVisit(event);
  const tokens = await show(event, () => callOf(event).hub.tokens.list(actor, account.name));
  const now = new Date();
  return {
    namespaces: [
      { key: `user:${account.name}`, name: account.name },
      ...memberships.map(({ orgName }) => ({ key: `org:${orgName}`, name: orgName })),
    ],
    tokens: tokens
      .filter(({ token }) => token.revokedAt === null)
      .reverse()
      .map(({ token, lastUse }) => ({
        id: token.id,
        name: token.name,
        role: token.grant.role,
        chosen: token.grant.role === 'fineGrained' ? token.grant.scoped.map(({ entity }) => entity.name) : [],
        lastUse: lastUse?.at,
        expiresAt: token.expiresAt,
        expired: token.expiresAt !== null && token.expiresAt <= now,
      })),
  };
}

// What the choice for a whole namespace stands for in the words of a scope.
const WHOLE: Readonly<Record<string, string>> = {
  read: 'repo.content.read',
  write: 'repo.content.read,repo.write',
};

function scopesOf(form: URLSearchParams): string[] {
  const namespaces = [...form.entries()].flatMap(([name, choice]) => {
    const permissions = WHOLE[choice];
    return /^(user|org):/.test(name) && permissions !== undefined ? [`${name}=${permissions}`] : [];
  });
  const lines = field(form, 'scopes').split('\n');
  return [...namespaces, ...lines.map((line) => line.trim()).filter((line) => line !== '')];
}

function valuesOf(form: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...form.keys()].map((name) => [name, field(form, name)]));
}

export const actions = {
  create: async (event: RequestEvent) => {
    const visit = requireVisit(event);
    const { hub, baseUrl } = callOf(event);
    const form = callOf(event).form;
    const kind = field(form, 'kind');
    return await attempt(
      event,
      async () => {
        const role = kind === 'read' || kind === 'write' ? kind : undefined;
        const scopes = role === undefined ? scopesOf(form) : [];
        const { text } = await hub.tokens.issue(visit.actor, {
          user: visit.account.name,
          name: field(form, 'name').trim(),
          grant: await hub.scopesFor(visit).parseGrant(role, scopes),
          expiresInDays: Number(field(form, 'days')),
        });
        return { made: text.reveal('to show it once to who made it'), baseUrl };
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
