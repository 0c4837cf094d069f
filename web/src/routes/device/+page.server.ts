// Lets a program in that shows a code, or not.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { type Visit } from '@holdfast/hub/surfaces/web/pages';
import { attempt, callOf, field, requireVisit } from '../../lib/call.ts';
import { scopesOf } from '../../lib/scope-form.ts';

export async function load(event: ServerLoadEvent) {
  const { account, memberships } = requireVisit(event);
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
    // What it gets unless the person says otherwise: their own, and to look at what they share with others.
    namespaces: [
      { key: `user:${account.name}`, name: account.name, choice: 'write' },
      ...memberships.map(({ orgName }) => ({ key: `org:${orgName}`, name: orgName, choice: 'read' })),
    ],
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
  const visit = requireVisit(event);
  const { hub, form } = callOf(event);
  // A proof that is asked for leads back to the code.
  event.url.searchParams.set('code', field(form, 'code').slice(0, 20));
  const outcome = await attempt(event, async () => {
    const grant = kind === 'approved' ? await grantOf(event, visit) : null;
    await hub.deviceLogins.answer(visit.actor, field(form, 'code'), grant);
    return undefined;
  });
  if (outcome === undefined) redirect(303, `/device?done=${kind}`);
  return outcome;
}

// Never a classic token, which would open all that its owner may, now and later.
async function grantOf(event: RequestEvent, visit: Visit) {
  const { hub, form } = callOf(event);
  const scopes = [...scopesOf(form, []), ...(field(form, 'gated') === 'yes' ? ['gated'] : [])];
  return await hub.scopesFor(visit).parseGrant(undefined, scopes);
}
