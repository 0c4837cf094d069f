// What somebody could have written with a token. Pure.
import { includesRole, type ScopedGrant } from '#modules/access';
import { type Session } from './authentication.ts';

/** A user's or an organisation's repositories, or one repository, that may be written. */
export type Writable = ScopedGrant['entity'] & Pick<ScopedGrant, 'patterns'>;

/** What may be written with the token of a session, as its owner's rights are now. */
export function writableOf({ token, account, memberships }: Session): Writable[] {
  const { grant } = token;
  const own = { type: 'user', id: account.id, name: account.name } as const;
  const orgs = memberships
    .filter(({ role }) => includesRole(role, 'contributor'))
    .map(({ orgId: id, orgName: name }) => ({ type: 'org', id, name }) as const);
  if (grant.role === 'read') return [];
  if (grant.role === 'write') return [own, ...orgs];
  // Of one repository it is not asked whose it is: the token names it, and it may move.
  const ruled = new Set([own, ...orgs].map(({ id }) => id));
  return grant.scoped
    .filter(({ permissions }) => permissions.includes('repo.write'))
    .filter(({ entity: { type, id } }) => (type !== 'user' && type !== 'org') || ruled.has(id))
    .map(({ entity, patterns }) => ({ ...entity, ...(patterns !== undefined && { patterns }) }));
}
