// The access tokens of everybody, the newest first, and their revocation.
import { type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit, show } from '../../../lib/call.ts';
import { afterOf, choiceOf, pagerOf, ROWS, textOf } from '../../../lib/security/list.ts';

const KINDS = ['live', 'classic', 'unused', 'ended'] as const;

export async function load(event: ServerLoadEvent) {
  const { actor } = requireVisit(event);
  const { searchParams } = event.url;
  const wish = {
    owner: textOf(searchParams, 'owner'),
    address: textOf(searchParams, 'address'),
    only: choiceOf(searchParams, 'only', KINDS),
  };
  const now = new Date();
  return await show(event, async () => {
    const { items, next } = await callOf(event).hub.centre.tokens.list(actor, wish, {
      limit: ROWS,
      after: afterOf(searchParams),
    });
    return {
      wish,
      kinds: [...KINDS],
      tokens: items.map(({ token, ownerName, lastUse }) => ({
        ...{ id: token.id, name: token.name, grant: token.grant, expiresAt: token.expiresAt },
        ...{ owner: ownerName, lastUse, addresses: token.addresses ?? [] },
        state: stateOf(token, now),
      })),
      pager: pagerOf(event.url, next),
    };
  });
}

function stateOf(
  { revokedAt, expiresAt }: { readonly revokedAt: Date | null; readonly expiresAt: Date | null },
  now: Date,
): 'live' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'live';
}

export const actions = {
  revoke: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const { hub, form } = callOf(event);
    return await attempt(event, async () => {
      const id = field(form, 'id') as typeof actor.userId;
      await hub.tokens.revoke(actor, id, field(form, 'reason').trim());
      return { revoked: true };
    });
  },
};
