// The organisation whose rooms are open, for who administers it.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { type Visit } from '@holdfast/hub/surfaces/web/pages';
import { callOf, requireVisit, show } from '../call.ts';
import { orgBase } from './places.ts';

type OrgEvent = Pick<ServerLoadEvent, 'platform' | 'request' | 'url' | 'params'>;

/** The organisations that somebody administers, by name. */
export function ownedBy({ memberships }: Visit): string[] {
  return memberships.filter(({ role }) => role === 'admin').map(({ orgName }) => orgName);
}

/** Which organisation it is, and who looks. */
export interface OrgAt {
  readonly org: { readonly id: Visit['account']['id']; readonly name: string };
  readonly actor: Visit['actor'];
}

/** What a room of an organisation shows. Everybody else gets the page that says why not. */
export async function showOrg<Result>(event: OrgEvent, work: (at: OrgAt) => Promise<Result>) {
  const { actor } = requireVisit(event);
  return await show(event, async () => {
    const { id, name } = await callOf(event).hub.centre.orgPeople.get(actor, event.params['org'] ?? '');
    return { ...(await work({ org: { id, name }, actor })), org: { name, base: orgBase(name) } };
  });
}
