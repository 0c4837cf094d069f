// Puts a new token into the database, in the transaction of whoever decided that there shall be one.
import { type Clock } from '@holdfast/kernel/clock';
import { newId } from '@holdfast/kernel/id';
import { type Secret } from '@holdfast/kernel/secret';
import { type Keys } from '@holdfast/platform/keys';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type Grant } from '#modules/access';
import { type Account } from '#modules/identity';
import { record } from '#modules/ledger';
import { writeMail } from '#modules/mail';
import { mintToken } from '@holdfast/kernel/token-text';
import { digestToken, sealedFields, type Token, type TokenApplication } from './model.ts';
import { TokenWriter } from './store.ts';

/** A token and its text, which exists here and nowhere else. */
export interface IssuedToken {
  readonly token: Token;
  readonly text: Secret<string>;
}

/** A token that was decided on. */
export interface DecidedToken {
  readonly user: Account;
  readonly name: string;
  readonly grant: Grant;
  /** How long it lives, in milliseconds. */
  readonly lifeMs: number;
  /** The networks from which it is accepted; absent for everywhere. */
  readonly addresses?: readonly string[];
  /** The application that it is for; absent where a person made it. */
  readonly application?: TokenApplication;
  readonly by: { readonly actor: string; readonly credential: string };
  readonly personal?: Readonly<Record<string, string>>;
}

/** Inserts the token with its seal and its entry. */
export async function insertToken(
  tx: Tx,
  deps: { readonly clock: Clock; readonly keys: Keys },
  { user, name, grant, lifeMs, addresses, application, by, personal }: DecidedToken,
): Promise<IssuedToken> {
  const text = mintToken();
  const now = deps.clock.now();
  const token: Token = {
    id: newId(now),
    userId: user.id,
    name,
    digest: digestToken(text.reveal('to store its digest')),
    grant,
    createdAt: now,
    expiresAt: new Date(now.getTime() + lifeMs),
    revokedAt: null,
    addresses: addresses ?? null,
    application: application ?? null,
  };
  await new TokenWriter(tx).insert(token, deps.keys.mac('token-row', sealedFields(token)));
  await record(tx, {
    kind: 'token.issued',
    subject: `token:${token.id}`,
    ...by,
    body: {
      user: user.id,
      grant: grant as never,
      expires: token.expiresAt?.toISOString() ?? null,
      bound: token.addresses !== null,
      ...(application !== undefined && {
        application: application.id,
        scopes: [...application.scopes],
      }),
    },
    personal: { name, ...(addresses !== undefined && { addresses: addresses.join(' ') }), ...personal },
  });
  // Of an application a person is told when they let it in, and not every few hours.
  if (application === undefined) await tellOwner(tx, token);
  return { token, text };
}

async function tellOwner(tx: Tx, { id, userId, name, expiresAt, createdAt: at }: Token): Promise<void> {
  const expires = expiresAt?.toISOString().slice(0, 10) ?? null;
  const facts = { kind: 'token-issued', token: name, expires } as const;
  await writeMail(tx, { event: `token.issued:${id}`, recipientId: userId, facts, at });
}
