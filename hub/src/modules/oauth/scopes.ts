// What an application may ask for, and what that opens here. Pure.
import { type Id } from '@holdfast/kernel/id';
import { type Grant, type Permission, type ScopedGrant } from '#modules/access';

/** The scopes that mean something here, in the words of the clients. */
export const SCOPES = [
  'openid',
  'profile',
  'email',
  'read-memberships',
  'read-repos',
  'gated-repos',
  'contribute-repos',
  'write-repos',
  'manage-repos',
] as const;
export type Scope = (typeof SCOPES)[number];

/** The scopes in a text, each once, in one order; `undefined` where one of them is unknown, or there is none. */
export function parseScopes(text: string): Scope[] | undefined {
  const asked = new Set(text.split(' ').filter((one) => one !== ''));
  const known = SCOPES.filter((one) => asked.has(one));
  return known.length === 0 || known.length !== asked.size ? undefined : known;
}

/** Whether each of these is among those. */
export function areWithin(scopes: readonly Scope[], most: readonly Scope[]): boolean {
  return scopes.every((one) => most.includes(one));
}

// A token here either writes a repository or does not: nothing opens creating without changing, or changing without
// deleting. What these scopes open is said so where a person is asked.
const WRITING: readonly Scope[] = ['contribute-repos', 'write-repos', 'manage-repos'];

/** Whether scopes reach repositories that not everybody may read. */
export function reachRepos(scopes: readonly Scope[]): boolean {
  return scopes.includes('read-repos') || scopes.some((one) => WRITING.includes(one));
}

/** What these scopes open: of the user's own, and of the organisations that they chose. Never a classic grant. */
export function grantOf(
  scopes: readonly Scope[],
  places: readonly { readonly type: 'user' | 'org'; readonly id: Id; readonly name: string }[],
): Grant {
  const writes = scopes.some((one) => WRITING.includes(one));
  const permissions: Permission[] = writes ? ['repo.content.read', 'repo.write'] : ['repo.content.read'];
  const scoped: ScopedGrant[] = reachRepos(scopes) ? places.map((entity) => ({ entity, permissions })) : [];
  return { role: 'fineGrained', scoped, global: [], canReadGatedRepos: scopes.includes('gated-repos') };
}
