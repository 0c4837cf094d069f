// Codes, secrets and rows of applications. Pure.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '@holdfast/kernel/canonical-json';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type OauthTables } from './tables.ts';
import { type Scope } from './scopes.ts';

/** What is kept of each kind of random text. */
export type TextKind = 'code' | 'refresh' | 'secret';

/** A random text of 256 bits, as a program is given it. */
export function mintText(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept in place of such a text; nothing for what is none. */
export function digestText(kind: TextKind, text: string): Sha256 | undefined {
  return /^[A-Za-z0-9_-]{43}$/.test(text) ? sha256(`holdfast-oauth-${kind}/${text}`) : undefined;
}

/** Whether a program shows the secret of this digest, in a time that does not tell how much of it is right. */
export function isSecret(digest: Sha256, text: string): boolean {
  const shown = digestText('secret', text);
  return shown !== undefined && timingSafeEqual(Buffer.from(shown), Buffer.from(digest));
}

/** Whether a text can be a challenge of PKCE (RFC 7636): the digest of a verifier, never the verifier itself. */
export function isChallenge(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** Whether a program that shows this verifier is the one that sent the challenge; with none sent, whether it shows none. */
export function answersChallenge(challenge: string, verifier: string | undefined): boolean {
  // A verifier where no challenge was sent: somebody took the challenge out of the request (RFC 9700, 2.1.1).
  if (challenge === '') return verifier === undefined;
  if (verifier === undefined || !/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false;
  const digest = createHash('sha256').update(verifier).digest('base64url');
  return timingSafeEqual(Buffer.from(digest), Buffer.from(challenge));
}

/** A registered application. */
export interface Application {
  readonly id: Id;
  readonly ownerId: Id;
  readonly name: string;
  readonly redirects: readonly string[];
  /** The most that it may ask for. */
  readonly scopes: readonly Scope[];
  /** Of its secret; `null` for a public one, which runs where nothing stays secret. */
  readonly secretDigest: Sha256 | null;
  readonly createdAt: Date;
}

/** What a user lets an application do. */
export interface Authorization {
  readonly id: Id;
  readonly userId: Id;
  readonly applicationId: Id;
  readonly scopes: readonly Scope[];
  /** The organisations into which it reaches. */
  readonly orgs: readonly Id[];
  readonly beganAt: Date;
  readonly usedAt: Date | null;
  readonly lastTokenId: Id | null;
}

type Row<Name extends keyof OauthTables> = Omit<OauthTables[Name], 'mac'>;

/** The fields that the MAC of an application covers: who can write the table sends no codes elsewhere. */
export function sealedApplication(row: Row<'oauth.application'>): string[] {
  const { id, owner_id: owner, name, redirect_uris: redirects, scopes, secret_digest: secret } = row;
  const lists = canonicalJson([redirects, scopes]);
  return [id, owner, name, lists, secret ?? 'public', row.created_at.toISOString()];
}

/** The fields that the MAC of an authorization covers: who can write the table says yes for nobody. */
export function sealedAuthorization(
  row: Pick<Row<'oauth.authorization'>, 'id' | 'user_id' | 'application_id' | 'scopes' | 'orgs' | 'began_at'>,
): string[] {
  const lists = canonicalJson([row.scopes, row.orgs]);
  return [row.id, row.user_id, row.application_id, lists, row.began_at.toISOString()];
}

/** The fields that the MAC of a code covers. */
export function sealedCode(row: Row<'oauth.code'>): string[] {
  return [
    ...[
      row.digest,
      row.id,
      row.authorization_id,
      row.session_id,
      row.redirect_uri,
      row.issuer,
      row.challenge,
      row.nonce,
    ],
    ...[canonicalJson(row.scopes), row.proved_at.toISOString(), row.expires_at.toISOString()],
  ];
}

/** The fields that the MAC of a refresh token covers. */
export function sealedRefresh(row: Row<'oauth.refresh'>): string[] {
  return [
    ...[row.digest, row.family, row.authorization_id, canonicalJson(row.scopes), row.token_id],
    ...[row.began_at.toISOString(), row.expires_at.toISOString()],
  ];
}
