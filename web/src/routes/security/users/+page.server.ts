// Everybody who has an account, the newest first.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit, show } from '../../../lib/call.ts';
import { afterOf, choiceOf, pagerOf, ROWS, textOf } from '../../../lib/security/list.ts';

const KINDS = ['disabled', 'administrators', 'without-factor'] as const;

export async function load(event: ServerLoadEvent) {
  const { actor } = requireVisit(event);
  const { everybody, sessions } = callOf(event).hub.centre;
  const { searchParams } = event.url;
  const wish = { name: textOf(searchParams, 'name'), only: choiceOf(searchParams, 'only', KINDS) };
  return await show(event, async () => {
    const { items, next } = await everybody.list(actor, wish, { limit: ROWS, after: afterOf(searchParams) });
    const signedIn = await sessions.lastSignIns(
      actor,
      items.map(({ account }) => account.id),
    );
    return {
      wish,
      kinds: [...KINDS],
      users: items.map(({ account, secondFactorAt }) => ({
        name: account.name,
        administrator: account.administrator,
        disabled: account.disabledAt !== null,
        since: account.createdAt,
        secondFactorAt,
        signedInAt: signedIn.get(account.id),
      })),
      pager: pagerOf(event.url, next),
    };
  });
}
