// What people were told by mail, and what could not be sent.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit, show } from '../../../lib/call.ts';
import { afterOf, choiceOf, pagerOf, ROWS, textOf } from '../../../lib/security/list.ts';

const KINDS = ['kept', 'sent'] as const;

export async function load(event: ServerLoadEvent) {
  const { actor } = requireVisit(event);
  const { searchParams } = event.url;
  const wish = { recipient: textOf(searchParams, 'to'), only: choiceOf(searchParams, 'only', KINDS) };
  return await show(event, async () => {
    const after = afterOf(searchParams) as typeof actor.userId | undefined;
    const { items, next } = await callOf(event).hub.centre.mail.list(actor, wish, { limit: ROWS, after });
    return { wish, kinds: [...KINDS], mails: [...items], pager: pagerOf(event.url, next) };
  });
}
