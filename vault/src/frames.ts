// What the vault hears and says, on three channels that the supervisor passes on unread: the hub's, the runner's and the
// operator's. What a channel cannot say, nobody on it can have done: the hub's writes, lists, deletes
// and checks codes; the runner's releases; neither has a word for the other's.
import { z } from 'zod';
import { PUBLIC_KEY } from '@holdfast/kernel/sealing';

const Id = z.string().regex(/^[0-9a-f]{24}$/);
const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Key = z.string().regex(PUBLIC_KEY);
/** A sealed box as text. */
const Box = z
  .string()
  .max(400_000)
  .regex(/^[A-Za-z0-9_-]+$/);

/** The longest seed of one-time codes as the hub keeps it, in bytes; what is longer was never the vault's. */
export const MOST_KEPT_SEED = 150;

/** A seed of one-time codes as the hub keeps it: what the vault alone opens. */
const KeptSeed = z
  .string()
  .max((MOST_KEPT_SEED / 3) * 4)
  .regex(/^[A-Za-z0-9_-]+$/);

/** The purpose of boxes that the hub seals. */
export const HUB_TO_VAULT = 'a secret for the vault';
/** Of those with a seed that the hub had before. */
export const SEED_TO_VAULT = 'a seed for the vault';
/** Of those with one for the page that shows it. */
export const SEED_TO_HUB = 'a seed for the hub';
/** Of those for the program inside a sandbox. */
export const VAULT_TO_INSIDE = 'secrets for the program inside';
/** And of those that the operator seals. */
export const OPERATOR_TO_VAULT = 'a passphrase for the vault';

/** Who does it, as the hub's ledger names people. */
export const By = z.strictObject({
  actor: z.string().max(256),
  credential: z.string().max(256),
  personal: z.record(z.string().max(40), z.string().max(1_000)),
});
export type By = z.infer<typeof By>;

const call = { id: z.int().positive() };

/** What the hub asks. */
export const FromHub = z.discriminatedUnion('type', [
  /** The first word of a hub: whom do I seal for, and are you open? */
  z.strictObject({ type: z.literal('hello') }),
  /** Sets a secret. The box holds the body of the request, sealed with a key of this one call. */
  z.strictObject({
    type: z.literal('write'),
    ...{ ...call, space: Id, key: Key, box: Box, by: By },
    /** Names of the Space's variables: the hub does not read the box, and one name must not mean two things to an app. */
    taken: z.array(z.string().max(128)).max(1_000),
  }),
  z.strictObject({ type: z.literal('list'), ...call, space: Id }),
  z.strictObject({ type: z.literal('delete'), ...call, space: Id, name: z.string().max(128), by: By }),
  /** The Space is deleted: its key is destroyed. */
  z.strictObject({ type: z.literal('forget'), ...call, space: Id, by: By }),
  /** Nothing of a run of this Space is used any more from now on, as when it is paused. */
  z.strictObject({ type: z.literal('stop'), ...call, space: Id, by: By }),
  /**
   * Makes the seed of a user's one-time codes, or takes the one in the box, which the hub had before there was a vault. There is no
   * word that asks for one again. `enrolment` is a number of this one seed: what the hub keeps opens with that number alone.
   */
  z.strictObject({
    type: z.literal('seed'),
    ...{ ...call, user: Id, enrolment: Id, key: Key, box: Box.nullable(), by: By },
  }),
  /** To which key a page seals a secret, so that the hub has none but ciphertext of it. */
  z.strictObject({ type: z.literal('form-key'), ...call }),
  /** To which step a code belongs, if it is one of now and later than the last one that was taken. */
  z.strictObject({
    type: z.literal('code'),
    ...{ ...call, user: Id, enrolment: Id, kept: KeptSeed },
    ...{ code: z.string().regex(/^\d{6}$/), last: z.int().nonnegative() },
  }),
]);
export type FromHub = z.infer<typeof FromHub>;

const Described = z.strictObject({
  id: Id,
  name: z.string(),
  n: z.int(),
  way: z.enum(['brokered', 'file', 'variable']),
  hosts: z.array(z.string()),
  places: z.array(z.looseObject({ in: z.string() })),
  provider: z.string().nullable(),
  description: z.string(),
  bytes: z.int(),
  uses: z.int(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
  echoedAt: z.iso.datetime().nullable(),
  sealedIn: z.enum(['browser', 'hub']),
});

/**
 * Why the vault did not do it. `unsure`: an error came between, and it may have been done. `not-opened`: what a browser sealed does
 * not open, as for another Space, name, way or host; `taken`: it was taken before.
 */
export const Refusal = z.strictObject({
  code: z.enum(['invalid', 'missing', 'too-many', 'not-opened', 'taken', 'sealed', 'failed', 'unsure']),
  message: z.string().max(1_000),
});
export type Refusal = z.infer<typeof Refusal>;

/** What the vault tells the hub. */
export const ToHub = z.discriminatedUnion('type', [
  /** The answer to `hello`, and whenever it changes. */
  z.strictObject({ type: z.literal('state'), key: Key, sealed: z.string().max(1_000).nullable() }),
  z.strictObject({
    type: z.literal('done'),
    ...{ ...call, secrets: z.array(Described).max(200) },
    /** For how many seconds the version before a written one may still be used; 0 for anything else. */
    overlap: z.int().nonnegative(),
  }),
  /** The seed, sealed for the key of the one call that had it made, and as the hub is to keep it. */
  z.strictObject({ type: z.literal('seed'), ...call, box: Box, kept: KeptSeed }),
  z.strictObject({
    type: z.literal('form-key'),
    ...{ ...call, key: z.strictObject({ id: z.string().max(40), publicKey: z.string().max(100) }) },
  }),
  /** `null`: the code is none. */
  z.strictObject({ type: z.literal('step'), ...call, step: z.int().nonnegative().nullable() }),
  z.strictObject({ type: z.literal('refused'), ...call, why: Refusal }),
]);
export type ToHub = z.infer<typeof ToHub>;

/** What the runner asks. */
export const FromRunner = z.discriminatedUnion('type', [
  /**
   * A runner has come, or a vault: these runs live. All others that this instance had are dead, because the kernel ended them
   * with their runner.
   */
  z.strictObject({ type: z.literal('hello'), runs: z.array(Id).max(10_000) }),
  /** Hands over what the Space's app may have, to the door and to the program inside that have these keys. */
  z.strictObject({
    type: z.literal('release'),
    run: Id,
    space: Id,
    /** The entry of the ledger by which the hub let the run start. */
    ticket: Hash,
    door: Key,
    inside: Key,
  }),
  /** The program inside has them. */
  z.strictObject({ type: z.literal('delivered'), run: Id }),
  /** The run never began; nobody has them. */
  z.strictObject({ type: z.literal('aborted'), run: Id, why: z.string().max(300) }),
  /** Its last process is dead, and its memory is gone. */
  z.strictObject({ type: z.literal('ended'), run: Id }),
  /** From the run's door. */
  z.strictObject({ type: z.literal('door'), run: Id, box: Box }),
]);
export type FromRunner = z.infer<typeof FromRunner>;

/** What the vault tells the runner. */
export const ToRunner = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('state'), key: Key, sealed: z.string().max(1_000).nullable() }),
  /** What is brokered went to the door before this. */
  z.strictObject({ type: z.literal('released'), run: Id, inside: Box }),
  z.strictObject({ type: z.literal('refused'), run: Id, why: z.string().max(1_000), retry: z.boolean() }),
  /** For the run's door. */
  z.strictObject({ type: z.literal('door'), run: Id, kind: z.enum(['grant', 'word']), box: Box }),
]);
export type ToRunner = z.infer<typeof ToRunner>;

/** What the operator asks, over a socket that only the operator can open. */
export const FromOperator = z.strictObject({
  type: z.enum(['status', 'seal', 'unseal', 'rotate', 'losses', 'begin-anew']),
  operator: z.strictObject({
    osUser: z.string().max(100),
    terminal: z.string().max(100).nullable(),
    command: z.string().max(200),
  }),
  /** A passphrase, sealed for the vault. */
  passphrase: z.strictObject({ key: Key, box: Box }).nullable(),
});
export type FromOperator = z.infer<typeof FromOperator>;

/** What the vault answers. */
export const ToOperator = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('status'),
    key: Key,
    sealed: z.string().nullable(),
    passphrase: z.boolean(),
    generation: z.int().nullable(),
    /** Since when the root key is the one that it is: what was deleted before cannot be read from any backup. */
    rotatedAt: z.iso.datetime().nullable(),
    /** `null`: the database is away. */
    kept: z
      .strictObject({
        spaces: z.int().nonnegative(),
        secrets: z.int().nonnegative(),
        runs: z.int().nonnegative(),
      })
      .nullable(),
  }),
  /** What is lost with the root key, before it is given up: in as many frames as it takes, of which the last has no `more`. */
  z.strictObject({
    type: z.literal('losses'),
    spaces: z.array(z.strictObject({ space: Id, secrets: z.array(z.string()) })),
    seeds: z.array(z.string()),
    more: z.boolean(),
  }),
  z.strictObject({ type: z.literal('refused'), message: z.string() }),
]);
export type ToOperator = z.infer<typeof ToOperator>;

/** What the program inside finds in its box: how each secret is to be shown to the app, and its bytes behind. */
export const InsideHead = z.strictObject({
  /** Whether the door puts values into requests: then its authority is to be believed. */
  brokered: z.boolean(),
  secrets: z.array(
    z.strictObject({ name: z.string(), way: z.enum(['variable', 'file']), bytes: z.int().nonnegative() }),
  ),
});
