// Tokens that applications are given, in the transaction of who knows what their owner said yes to.
import { canonicalJson } from '@holdfast/kernel/canonical-json';
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Tx } from '@holdfast/platform/postgres/database';
import { record } from '#modules/ledger';
import { insertToken, type DecidedToken, type IssuedToken } from './issue.ts';
import { standing, type Standing, type Token, type TokenApplication } from './model.ts';
import { ReachWriter } from './reach-store.ts';
import { TokenReader, TokenWriter } from './store.ts';

/** A token for an application, and the one that it had before. */
export type ApplicationToken = DecidedToken & {
  readonly application: TokenApplication;
  readonly before: Id | null;
  /** The one before is ended by who asks: it does not count any more. */
  readonly replaces: boolean;
};

/** Tokens of one person that an application has at once: browsers and machines on which they are signed in. */
const MOST_LIVE = 20;

/**
 * Makes a token for an application. What organisations decided about the one before holds for this one: a reach that was
 * ended does not come back by asking again, until the organisation lets it, and an approval is for the same grant alone. Beyond the most that one person's sign-ins
 * are good for at once the oldest ends.
 */
export async function mintForApplication(
  tx: Tx,
  deps: { readonly clock: Clock; readonly keys: Keys; readonly epochs: Epochs },
  { before, replaces, ...decided }: ApplicationToken,
): Promise<IssuedToken> {
  const writer = new ReachWriter(tx, deps.keys);
  // Else an end that is under way would not see this token, nor this the end.
  await writer.holdApplication(decided.application.id, decided.user.id);
  const issued = await insertToken(tx, deps, decided);
  const made = { tokenId: issued.token.id, at: deps.clock.now() };
  const kept = [made.tokenId, ...(replaces && before !== null ? [before] : [])];
  await endOldest(tx, deps.epochs, { of: decided, kept, at: made.at });
  // Of any token: an application has as many as it had people sign in, and the last is not the one that was looked at.
  for (const orgId of await writer.listEndedOfApplication(decided.application.id, decided.user.id))
    await writer.put({ ...made, orgId, state: 'ended' });
  const last = before === null ? undefined : await new TokenReader(tx).findById(before);
  if (last === undefined || canonicalJson(last.grant as never) !== canonicalJson(decided.grant as never))
    return issued;
  // What was ended is looked at above: it may have been let in again since.
  for (const [orgId, state] of await writer.listOfToken(last.id))
    if (state !== 'ended') await writer.put({ ...made, orgId, state });
  return issued;
}

async function endOldest(
  tx: Tx,
  epochs: Epochs,
  {
    of: { application, user },
    kept,
    at,
  }: {
    readonly of: Pick<ApplicationToken, 'application' | 'user'>;
    /** The one that was made just now, and one that ends in any case. */
    readonly kept: readonly Id[];
    readonly at: Date;
  },
): Promise<void> {
  const live = await listOfApplication(tx, { application: application.id, user: user.id }, at);
  const others = live
    .filter(({ id }) => !kept.includes(id))
    // Ids count seconds, and nothing within one.
    .sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  const by = { actor: 'system:oauth', credential: '' };
  const ids = others.slice(0, Math.max(0, others.length + 1 - MOST_LIVE)).map(({ id }) => id);
  await revokeMinted(tx, epochs, { ids, at, by, why: { crowded: application.id } });
}

/**
 * Ends for an organisation what the application of a token reaches beside it: whoever ends one means the application, not the one
 * of its tokens that was listed.
 */
export async function endBeside(
  tx: Tx,
  writer: ReachWriter,
  {
    token,
    orgId,
    at,
    now,
  }: { readonly token: Token; readonly orgId: Id; readonly at: Date; readonly now: Date },
): Promise<void> {
  if (token.application === null) return;
  for (const { id } of await listOfApplication(
    tx,
    { application: token.application.id, user: token.userId },
    now,
  ))
    await writer.put({ tokenId: id, orgId, state: 'ended', at });
}

/** Whether a token still works, and if not, why. What was given beside one that was revoked, by whomever, opens nothing any more. */
export async function standingOf(tx: Tx, id: Id, now: Date): Promise<Standing> {
  const token = await new TokenReader(tx).findById(id);
  return token === undefined ? 'revoked' : standing(token, now);
}

/** The live tokens of an application: of one user, or of all. */
export async function listOfApplication(
  tx: Tx,
  of: { readonly application: Id; readonly user: Id | null },
  now: Date,
): Promise<Token[]> {
  return await new TokenReader(tx).listLiveOfApplication(of.application, of.user, now);
}

/** Revokes tokens of an application: within a second they work nowhere. Those that were revoked before stay as they are. */
export async function revokeMinted(
  tx: Tx,
  epochs: Epochs,
  revoked: {
    readonly ids: readonly Id[];
    readonly at: Date;
    readonly by: { readonly actor: string; readonly credential: string };
    /** What stands in the entries beside; nothing where who revoked is why. */
    readonly why?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const writer = new TokenWriter(tx);
  let some = false;
  for (const id of revoked.ids) {
    if (!(await writer.revoke(id, revoked.at))) continue;
    some = true;
    await record(tx, {
      kind: 'token.revoked',
      subject: `token:${id}`,
      ...revoked.by,
      body: { ...revoked.why },
    });
  }
  // Of what had ended before every hub knows: whoever shows an old code again and again must not have all of them forget whom they know.
  if (some) await epochs.advance(tx, 'identity');
}
