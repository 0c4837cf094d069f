// Whether a token reaches an organisation that its owner belongs to. Pure.
import { type Id } from '@holdfast/kernel/id';
import { type Grant } from '#modules/access';
import { type TokenPolicy } from '#modules/identity';
import { type Token } from './model.ts';

/** What was decided about a token: it may reach the organisation, or never again. */
export type OrgDecision = 'approved' | 'ended';

/**
 * `reaches`; or why not: `refused` by what the organisation asks of every token, `waits` for somebody's approval, `ended` by
 * somebody who administers the organisation.
 */
export type Reach = 'reaches' | 'refused' | 'waits' | 'ended';

const DAY_MS = 86_400_000;

/** Whether a token reaches an organisation, by what it asks and what was decided. What was ended stays so, whatever is asked. */
export function reachOf(
  token: Pick<Token, 'grant' | 'createdAt' | 'expiresAt'>,
  policy: TokenPolicy,
  decision: OrgDecision | undefined,
): Reach {
  if (decision === 'ended') return 'ended';
  if (policy.refusesClassic && token.grant.role !== 'fineGrained') return 'refused';
  if (policy.mostTokenDays !== null && livesLonger(token, policy.mostTokenDays)) return 'refused';
  return policy.approvesTokens && decision !== 'approved' ? 'waits' : 'reaches';
}

function livesLonger(
  { createdAt, expiresAt }: Pick<Token, 'createdAt' | 'expiresAt'>,
  days: number,
): boolean {
  return expiresAt === null || expiresAt.getTime() - createdAt.getTime() > days * DAY_MS;
}

/** Whether a grant is for anything of an organisation, as far as its words go. `namespaces`: where repositories are. */
export function claimsOrg(grant: Grant, orgId: Id, namespaces: ReadonlyMap<Id, Id>): boolean {
  if (grant.role !== 'fineGrained') return true;
  return grant.scoped.some(({ entity }) => entity.id === orgId || namespaces.get(entity.id) === orgId);
}

/** The fields that the MAC of a decision covers: who can write the table cannot approve. */
export function sealedDecision(row: { tokenId: Id; orgId: Id; state: OrgDecision; at: Date }): string[] {
  return [row.tokenId, row.orgId, row.state, row.at.toISOString()];
}

/** That an organisation lets an application be let in again by a person: what it was given before stays ended. */
export interface Readmission {
  readonly applicationId: Id;
  readonly userId: Id;
  readonly orgId: Id;
  readonly at: Date;
}

/**
 * The time, or one behind what was said before: what is said last counts, though another hub, whose clock is ahead, said that. No hub is a
 * day ahead: such a time was written by somebody else.
 */
export function laterThan(now: Date, said: Date | undefined): Date {
  const [at, most] = [Number(said ?? 0), now.getTime() + DAY_MS];
  return at < now.getTime() || at > most ? now : new Date(at + 1);
}

/** The fields that the MAC of a readmission covers: who can write the table lets nothing in again. */
export function sealedReadmission({ applicationId, userId, orgId, at }: Readmission): string[] {
  return [applicationId, userId, orgId, at.toISOString()];
}
