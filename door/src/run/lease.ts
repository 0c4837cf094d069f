// What vault and door say to each other about the brokered secrets of one run. It travels in boxes sealed for the other
// (`@holdfast/kernel/sealing`), because the runner in between carries it. A grant has values, and is bytes; all else is
// small JSON.
import type { Place } from '@holdfast/kernel/brokering/place';
import { z } from 'zod';

/** The purpose of boxes in one direction. */
export const VAULT_TO_DOOR = 'from the vault to a door';
/** And in the other. */
export const DOOR_TO_VAULT = 'from a door to the vault';

const VersionId = z.string().regex(/^[0-9a-f]{24}$/);
const Host = z.string().max(253);

/** Where a credential belongs in a request. */
const PlaceOnWire: z.ZodType<Place> = z.discriminatedUnion('in', [
  z.strictObject({ in: z.literal('header'), name: z.string().max(60), template: z.string().max(60) }),
  z.strictObject({ in: z.literal('basic'), part: z.enum(['user', 'password']) }),
  z.strictObject({ in: z.literal('query'), name: z.string().max(60) }),
  z.strictObject({ in: z.literal('aws-signature'), accessKeyId: z.string().max(128) }),
]);

/** A brokered secret without its value. */
export const BrokeredSecret = z.strictObject({
  version: VersionId,
  name: z.string().max(128),
  /** What the app has in its place; worthless anywhere else. */
  placeholder: z.string().min(1).max(32_768),
  /** Exact names, on port 443. The hub's reserved name is one like others. */
  hosts: z.array(Host).min(1).max(20),
  places: z.array(PlaceOnWire).min(1).max(8),
  /** Of the table of providers: its rules for routes apply. `null`: named by hosts alone. */
  provider: z.string().max(40).nullable(),
  bytes: z.int().positive().max(32_768),
});
export type BrokeredSecret = z.infer<typeof BrokeredSecret>;

/** A secret that the door may use while its lease lives. */
export interface GrantedSecret extends BrokeredSecret {
  readonly value: Buffer;
}

/** Versions in whose place there is another, while their overlap lasts: what is under way with them goes on, and nothing begins. */
const Lasting = z.array(VersionId).max(100);

const GrantHead = z.strictObject({
  number: z.int().positive(),
  secrets: z.array(BrokeredSecret).max(100),
  lasting: Lasting,
});

/** All that a run's door may use, with values. Another grant with a higher number takes its place. */
export interface Grant {
  readonly number: number;
  readonly secrets: readonly GrantedSecret[];
  /** Of grants before: what is under way with these is not cut yet. */
  readonly lasting: readonly string[];
}

/** A grant as bytes: length of its head in four bytes, the head as JSON, the values one after the other. */
export function writeGrant({ number, secrets, lasting }: Grant): Buffer {
  const head = Buffer.from(
    JSON.stringify({
      number,
      secrets: secrets.map(({ value, ...rest }) => ({ ...rest, bytes: value.length })),
      lasting,
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, ...secrets.map(({ value }) => value)]);
}

/** Reads it; the values are copies. Throws for what is no grant. */
export function readGrant(bytes: Buffer): Grant {
  let at = 4 + bytes.readUInt32BE(0);
  const { number, secrets, lasting } = GrantHead.parse(JSON.parse(bytes.toString('utf8', 4, at)));
  const granted = secrets.map((secret) => {
    const value = Buffer.from(bytes.subarray(at, at + secret.bytes));
    at += secret.bytes;
    return { ...secret, value };
  });
  if (at !== bytes.length) throw new Error('a grant has more or less than its values');
  return { number, secrets: granted, lasting };
}

/**
 * What the vault says otherwise. Numbers grow with each box to one door; a lower one is an old box that somebody sends
 * again.
 */
export const VaultWord = z.discriminatedUnion('type', [
  /**
   * Twice a second: these versions may be used, and what is under way with the `lasting` ones may go on. One that is missing in both is
   * revoked: what carried it is closed at once. No such word for two seconds: nothing is used any more until there is one; for thirty:
   * the values are overwritten. An answer is no such word.
   */
  z.strictObject({
    type: z.literal('alive'),
    number: z.int().positive(),
    versions: z.array(VersionId).max(100),
    lasting: Lasting,
  }),
  /** The answer to `ask`. `uses` that are recorded may happen within `seconds`; 0: none, and why. */
  z.strictObject({
    type: z.literal('answer'),
    number: z.int().positive(),
    ask: z.int().positive(),
    uses: z.int().nonnegative(),
    seconds: z.int().positive(),
    why: z.string().max(300).nullable(),
  }),
]);
export type VaultWord = z.infer<typeof VaultWord>;

/** What the ledger may know of a request: never its path or query as they were (threat 19). */
export const Route = z.strictObject({
  host: Host,
  method: z.string().regex(/^[A-Z]{1,20}$/),
  /** Such as `/v1/chat/completions`, from the table of providers; else `*`. */
  template: z.string().max(200),
});
export type Route = z.infer<typeof Route>;

/** What the door says. Numbers grow, as the vault's do. */
export const DoorWord = z.discriminatedUnion('type', [
  /** Before the first use of a version on a route: a lease entry is to stand on the ledger first. */
  z.strictObject({ type: z.literal('ask'), number: z.int().positive(), version: VersionId, route: Route }),
  /** How often a lease was used, exactly. The ask it belongs to is named by its number. */
  z.strictObject({
    type: z.literal('used'),
    number: z.int().positive(),
    ask: z.int().positive(),
    uses: z.int().nonnegative(),
  }),
  /** An answer had the value in it: this run holds it now, and it should be rotated. */
  z.strictObject({ type: z.literal('echo'), number: z.int().positive(), version: VersionId, route: Route }),
  /** A placeholder was where it does not belong; the request was refused. Counted. */
  z.strictObject({
    type: z.literal('misplaced'),
    number: z.int().positive(),
    version: VersionId,
    host: z.string().max(300),
    where: z.string().max(100),
    count: z.int().positive(),
  }),
]);
export type DoorWord = z.infer<typeof DoorWord>;
