// What an access token is: its row, and whether it is live. Pure.
import { canonicalJson } from '@holdfast/kernel/canonical-json';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { networkHolds, parseNetwork } from '@holdfast/kernel/network';
import { type Grant } from '#modules/access';

/** For whom a token was made that no person made, and to what its owner said yes. */
export interface TokenApplication {
  readonly id: Id;
  /** Whose application it is: where that account is disabled, its applications are, too. */
  readonly owner: Id;
  readonly scopes: readonly string[];
}

/** A token as it is kept: everything but its text. */
export interface Token {
  readonly id: Id;
  readonly userId: Id;
  readonly name: string;
  readonly digest: Sha256;
  readonly grant: Grant;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** The networks from which it is accepted; `null` is everywhere. */
  readonly addresses: readonly string[] | null;
  /** The application that was given it; `null` for a person's own. */
  readonly application: TokenApplication | null;
}

/** When and how a token was last used. */
export interface LastUse {
  readonly at: Date;
  readonly address: string;
  readonly client: string;
}

/** Whether a token works, and if not, why. */
export type Standing = 'live' | 'expired' | 'revoked';

/** Revocation outranks expiry, so that the ledger shows who ended it. */
export function standing(token: Pick<Token, 'expiresAt' | 'revokedAt'>, now: Date): Standing {
  if (token.revokedAt !== null) return 'revoked';
  return token.expiresAt !== null && token.expiresAt <= now ? 'expired' : 'live';
}

/** What is kept in place of the text. A token is random, so that a plain digest cannot be searched. */
export function digestToken(text: string): Sha256 {
  return sha256(text);
}

/** The fields that the row's MAC covers: who can write the table still cannot widen, move, prolong or rename a token. */
export function sealedFields(token: Omit<Token, 'revokedAt'>): string[] {
  const { name, addresses, application } = token;
  return [
    '2',
    ...sealedBefore(token),
    name,
    addresses === null ? 'everywhere' : canonicalJson([...addresses]),
    // One field more: no list of a token of a person is the list of one of an application.
    ...(application === null ? [] : [canonicalJson({ ...application, scopes: [...application.scopes] })]),
  ];
}

/** The fields that the MAC of a row covers which was made before tokens were bound to addresses. */
export function sealedBefore(
  token: Omit<Token, 'revokedAt' | 'name' | 'addresses' | 'application'>,
): string[] {
  return [
    token.id,
    token.userId,
    token.digest,
    canonicalJson(token.grant as never),
    token.createdAt.toISOString(),
    token.expiresAt?.toISOString() ?? 'never',
  ];
}

/** Whether a token is accepted from an address. What cannot be read as a network holds nothing. */
export function isAcceptedFrom({ addresses }: Pick<Token, 'addresses'>, address: string): boolean {
  if (addresses === null) return true;
  return addresses.some((text) => {
    const network = parseNetwork(text);
    return network !== undefined && networkHolds(network, address);
  });
}
