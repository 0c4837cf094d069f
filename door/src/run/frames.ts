// What the runner and the door of an app say to each other, on descriptor 3.
import { RUN_PROOF } from '@holdfast/kernel/run-proof';
import { PUBLIC_KEY } from '@holdfast/kernel/sealing';
import { z } from 'zod';

/** The first frame: whom the door serves, and where that one may go. */
export const DoorStart = z.strictObject({
  type: z.literal('start'),
  egress: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('open') }),
    z.strictObject({ kind: z.literal('list'), hosts: z.array(z.string()) }),
    z.strictObject({ kind: z.literal('closed') }),
  ]),
  /** Ports of the outside that may be reached. */
  ports: z.array(z.int().min(1).max(65_535)),
  /**
   * The name by which an app reaches the hub, and where that is. `proof` says to the hub for which run it is asked, so that what it
   * gives out is good by this door alone: it stands in the header `X-Holdfast-Run` of every request to that name, goes to no other host,
   * and no header of that name comes from the app. `null` for a run without secrets.
   */
  hub: z.strictObject({
    name: z.string(),
    /** The name by which everybody else reaches it; `null`: none but an address. */
    publicName: z.string().nullable(),
    address: z.string(),
    port: z.int(),
    proof: z.string().regex(RUN_PROOF).nullable(),
  }),
  /** Addresses of this machine and of the hub's public name, as they are now; refused like private ones. */
  own: z.array(z.string()),
  /** Servers that resolve names, as `address` or `address:port`; `null`: the system's. */
  resolver: z.array(z.string()).nullable(),
  /** The socket on which the app is reached; `null`: by connections of its that wait on descriptor 6. */
  incoming: z.string().nullable(),
  /** The host of the Space's origin. */
  spaceHost: z.string(),
  /** Whom brokered secrets come from, sealed and about this run; `null`: the Space has no secrets. */
  secrets: z
    .strictObject({
      vault: z.string().regex(PUBLIC_KEY),
      run: z.string(),
      /** Authorities (PEM, as many as there are) by which hosts are believed beside the public ones. */
      certificates: z.string().max(300_000).optional(),
    })
    .nullable(),
});
export type DoorStart = z.infer<typeof DoorStart>;

const VaultBox = z.strictObject({
  type: z.literal('box'),
  kind: z.enum(['grant', 'word']),
  box: z.string().max(400_000),
});
/** A box of the vault, which the runner cannot open. */
export type VaultBox = z.infer<typeof VaultBox>;

/** What a door is told after that. */
export const ToDoor = z.discriminatedUnion('type', [
  VaultBox,
  /** What `own` is by now. */
  z.strictObject({ type: z.literal('own'), own: z.array(z.string()) }),
]);
export type ToDoor = z.infer<typeof ToDoor>;

/** Names, addresses, and ends and beginnings of such: what is anything else was told by no door of ours, and cannot be recorded. */
const HOST = /^[a-z0-9_*.:-]{1,300}$/;
/** The last moment that a text of RFC 3339 has a year for. */
const Moment = z.int().nonnegative().max(253_402_300_799_999);

/**
 * A host that the app of a run reached, in milliseconds since 1970. One of many is counted under the end of its name (`*.example.org`) or
 * the beginning of its address (`192.0.*`), and the last of very many under `*` and port 0.
 */
export const Contact = z.strictObject({
  host: z.string().regex(HOST),
  port: z.int().min(0).max(65_535),
  first: Moment,
  last: Moment,
  connections: z.int().nonnegative(),
  sentBytes: z.int().nonnegative(),
  /** A door that was started before this was counted goes on, and does not say it. */
  receivedBytes: z.int().nonnegative().optional(),
});
export type Contact = z.infer<typeof Contact>;

/** What a door tells. Counts are since the last frame of the kind; bytes since the start. */
export const FromDoor = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ready'),
    /** For whom the vault seals, and the authority that the sandbox is to believe, in PEM; where there are secrets. */
    identity: z
      .strictObject({ key: z.string().regex(PUBLIC_KEY), certificate: z.string().max(10_000) })
      .nullable(),
  }),
  /** For the vault. */
  z.strictObject({ type: z.literal('box'), box: z.string().max(400_000) }),
  z.strictObject({
    type: z.literal('refused'),
    host: z.string().max(300),
    why: z.string().max(300),
    count: z.int().positive(),
  }),
  /** Whom the app reached, counted since the start of the run: those that are new, or of which something changed. */
  z.strictObject({
    type: z.literal('contacts'),
    hosts: z.array(Contact).max(100),
    /** Names that nobody knew and hosts that did not answer. */
    unanswered: z.int().nonnegative(),
  }),
  z.strictObject({
    type: z.literal('traffic'),
    sentBytes: z.int().nonnegative(),
    receivedBytes: z.int().nonnegative(),
    /** Visitors' requests and connections that are open. */
    visits: z.int().nonnegative(),
    open: z.int().nonnegative(),
  }),
]);
export type FromDoor = z.infer<typeof FromDoor>;
