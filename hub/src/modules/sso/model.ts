// What single sign-on is about: what a browser began, who came back, and what follows from their groups. Pure.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Role } from '#modules/access';

/** Who somebody is, as the issuer says. */
export interface Claims {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly groups: readonly string[];
}

/** What a sign-on was begun with. */
export interface SignOnStart {
  readonly back: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly anew: boolean;
}

/** What the issuer's answer comes to. */
export type SignOnOutcome =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'claims'; readonly claims: Claims }
  | { readonly kind: 'denied' | 'invalid' | 'unreachable' };

/** The way to the issuer. Neither call throws. */
export interface IssuerLink {
  begin(start: SignOnStart): Promise<SignOnOutcome>;
  end(start: SignOnStart, query: string): Promise<SignOnOutcome>;
}

/** What the members of a group are in which organisation. */
export interface GroupRole<Organization extends string = string> {
  readonly group: string;
  readonly organization: Organization;
  readonly role: Role;
}

const UserId = z.string().transform((text, context): Id => {
  const id = parseId(text);
  if (id !== undefined) return id;
  context.addIssue({ code: 'custom', message: 'is no id' });
  return z.NEVER;
});

/** Why a sign-on was begun: to sign in, with an invitation, to be known from now on, or to prove that it is still them. */
export const Purpose = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sign-in') }),
  z.strictObject({ kind: z.literal('join'), invitation: z.string().max(100) }),
  z.strictObject({ kind: z.literal('connect'), userId: UserId, sessionId: UserId }),
  z.strictObject({ kind: z.literal('prove'), userId: UserId, sessionId: UserId }),
]);
export type Purpose = z.infer<typeof Purpose>;

/** What the browser that began it keeps, sealed. */
export const Begun = z.strictObject({
  start: z.strictObject({
    back: z.string(),
    state: z.string(),
    nonce: z.string(),
    verifier: z.string(),
    anew: z.boolean(),
  }),
  purpose: Purpose,
  /** Where it leads on to. */
  to: z.string().max(2_000),
  at: z.number(),
});
export type Begun = z.infer<typeof Begun>;

/** How long somebody may take at the issuer. */
export const LONGEST_MS = 10 * 60_000;

/** Values that nobody knew before, 256 bits each. */
export function mintStart(back: string, anew: boolean): SignOnStart {
  const mint = (): string => randomBytes(32).toString('base64url');
  return { back, state: mint(), nonce: mint(), verifier: mint(), anew };
}

const RANK: readonly Role[] = ['read', 'contributor', 'write', 'admin'];

/** What somebody with these groups is, by organisation: the most that any of them gives. */
export function rolesOf<Organization extends string>(
  groups: readonly string[],
  table: readonly GroupRole<Organization>[],
): ReadonlyMap<Organization, Role> {
  const roles = new Map<Organization, Role>();
  for (const { group, organization, role } of table) {
    const before = roles.get(organization);
    if (!groups.includes(group) || (before !== undefined && RANK.indexOf(before) >= RANK.indexOf(role)))
      continue;
    roles.set(organization, role);
  }
  return roles;
}

/** Names that an account of this person may get, the best first. Not all of them may be free, or allowed. */
export function namesFor({ name, email }: Pick<Claims, 'name' | 'email'>): string[] {
  const from = (text: string | null): string =>
    (text ?? '')
      .split('@', 1)
      .join('')
      .normalize('NFKD')
      .replaceAll(/\p{M}/gu, '')
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replaceAll(/[.]{2,}/g, '.')
      .replaceAll(/-{2,}/g, '-')
      .slice(0, 60)
      .replaceAll(/^[._-]+|[._-]+$/g, '');
  const bases = [...new Set([from(name), from(email), 'member'])].filter((base) => base !== '');
  const numbered = (base: string): string[] => [2, 3, 4, 5].map((n) => `${base}-${n}`);
  const random = (base: string): string => `${base}-${randomBytes(3).toString('hex')}`;
  return [...bases.slice(0, 2), ...bases.flatMap(numbered), ...bases.map(random)];
}
