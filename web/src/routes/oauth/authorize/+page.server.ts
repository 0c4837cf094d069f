// Asks a person what an application may do, and sends them back to it.
import { error, redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, requireVisit, show } from '../../../lib/call.ts';
import { askedAfterProof, askedIn } from '../../../lib/asked.ts';

export async function load(event: ServerLoadEvent) {
  const call = callOf(event);
  const { hub, visit, baseUrl } = call;
  // A form of this page answers by itself; what it asks is shown again only where that was refused.
  const query = askedIn(event.url.searchParams);
  if (call.form.has('answer')) return { wish: undefined, onward: undefined, search: query.toString() };
  const asked = await show(event, () => hub.authorizations.ask({ query, visit, baseUrl }));
  if (asked.kind === 'sign-in') requireVisit(event);
  if (asked.kind === 'prove') {
    const here = `${event.url.pathname}?${askedAfterProof(query).toString()}`;
    redirect(303, `/account/prove?to=${encodeURIComponent(here)}`);
  }
  if (asked.kind === 'onward') {
    // A form of ours that leads here must not lead to another site (its page's `form-action`); a page may.
    if (!call.ledHere) redirect(303, asked.address, { external: true });
    return { wish: undefined, onward: asked.address, search: '' };
  }
  if (asked.kind !== 'consent') error(400);
  const { application, ownerName, host, scopes, before, orgs, reachesRepos } = asked.wish;
  return {
    wish: {
      ...{ name: application.name, owner: ownerName, host, user: visit?.account.name ?? '' },
      scopes: scopes.map((scope) => ({ scope, known: before.includes(scope) })),
      orgs: (reachesRepos ? (visit?.memberships ?? []) : []).map(({ orgId: id, orgName: name }) => ({
        ...{ id, name, chosen: orgs.includes(id) },
      })),
    },
    onward: undefined,
    search: query.toString(),
  };
}

export const actions = {
  allow: async (event: RequestEvent) => {
    const visit = requireVisit(event);
    const { hub, form, baseUrl } = callOf(event);
    const query = askedIn(event.url.searchParams);
    return await attempt(event, async () => ({
      onward: await hub.authorizations.allow(visit, { query, baseUrl, orgs: form.getAll('org') }),
    }));
  },
  refuse: async (event: RequestEvent) => {
    requireVisit(event);
    const { hub, baseUrl } = callOf(event);
    const query = askedIn(event.url.searchParams);
    return await attempt(event, async () => ({
      onward: await hub.authorizations.refuse({ query, baseUrl }),
    }));
  },
};
