// What could be written with a secret that is a token of this hub, as it was when it was set: rights change, and what they were then is
// nowhere else. Noted right after the secret was set; where a hub ends between the two, what may be written now is all that is known.
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { z } from 'zod';
import { referencesOf, type SystemActor } from '#modules/access';
import { PossessionReader, reachSubject, record } from '#modules/ledger';
import { type Writable } from './sinks-model.ts';

/** What may be written with a token now; nothing with one that is not live. */
export type ReachOf = (token: Id) => Promise<readonly Writable[]>;

const SELF: SystemActor = { kind: 'system', part: 'secrets' };
const Setting = z.looseObject({ token: z.string().optional() });

/** Notes it of a version that was set, where it is such a token. */
export async function noteTokenReach(db: Db, version: Id, reachOf: ReachOf): Promise<void> {
  const set = await new PossessionReader(db).findSetting(`secret:${version}`);
  const { token } = Setting.parse(JSON.parse(set?.body ?? '{}'));
  if (token === undefined) return;
  const writes = await reachOf(token as Id);
  const body = {
    token,
    writes: writes.slice(0, MOST_NOTED).map(toNote),
    leftOut: Math.max(0, writes.length - MOST_NOTED),
  };
  // Not on the chain of the secret, which the vault alone holds: it waits for no hub.
  const subject = reachSubject(`secret:${version}`);
  const entry = { kind: 'space.token-reach', subject, ...referencesOf(SELF), body };
  await db.transaction(async (tx) => await record(tx, entry));
}

/** So many fit into one entry. */
const MOST_NOTED = 100;

function toNote({ type, id, name, patterns }: Writable) {
  return { type, id, name, ...(patterns !== undefined && { patterns: [...patterns] }) };
}
