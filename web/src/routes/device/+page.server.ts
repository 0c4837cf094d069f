// Lets a program in that shows a code, or not.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit } from '../../lib/call.ts';

export async function load(event: ServerLoadEvent) {
  requireVisit(event);
  const call = callOf(event);
  const code = event.url.searchParams.get('code');
  const waiting =
    code === null
      ? undefined
      : await call.hub.deviceLogins.get(code).catch((error: unknown) => {
          if (call.refusalOf(error) === undefined) throw error;
          return undefined;
        });
  const { address, client, userCode } = waiting ?? {};
  return {
    done: event.url.searchParams.get('done'),
    unknown: code !== null && waiting === undefined,
    waiting: waiting && { address, client, userCode },
  };
}

export const actions = {
  find: (event: RequestEvent) => {
    const code = field(callOf(event).form, 'code').trim().slice(0, 20);
    redirect(303, `/device?code=${encodeURIComponent(code)}`);
  },
  approve: (event: RequestEvent) => answer(event, 'approved'),
  deny: (event: RequestEvent) => answer(event, 'denied'),
};

async function answer(event: RequestEvent, kind: 'approved' | 'denied') {
  const { actor } = requireVisit(event);
  const { hub, form } = callOf(event);
  const role = field(form, 'role') === 'read' ? ('read' as const) : ('write' as const);
  // A proof that is asked for leads back to the code.
  event.url.searchParams.set('code', field(form, 'code').slice(0, 20));
  const outcome = await attempt(event, async () => {
    await hub.deviceLogins.answer(actor, field(form, 'code'), kind === 'approved' ? { role } : null);
    return undefined;
  });
  if (outcome === undefined) redirect(303, `/device?done=${kind}`);
  return outcome;
}
