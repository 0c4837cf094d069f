// Who may make a Space where, as far as a page offers it. Pure.
import { type Visit } from '@holdfast/hub/surfaces/web/pages';

/** Who may see a Space; the first is offered. */
export const VISIBILITIES = ['private', 'protected', 'public'] as const;

/** In whose name somebody makes repositories: their own, and that of organisations in which they may write. */
export function makersOf({ account, memberships }: Visit): string[] {
  const makers = memberships.filter(({ role }) => role !== 'read').map(({ orgName }) => orgName);
  return [...new Set([account.name, ...makers])];
}
