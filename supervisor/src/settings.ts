// What the supervisor tells its children in the first frame of their channel. Settings may be logged; secrets never.
import { DealtHours } from '@holdfast/platform/hour-keys';
import { z } from 'zod';
import { CgroupPlace } from './cgroup-place.ts';
import { HardwareKind } from './config/spaces-file.ts';

const Allowance = z.strictObject({
  /** Requests per window for one anonymous address. */
  anonymous: z.int().positive(),
  /** Requests per window for one signed-in user. */
  signedIn: z.int().positive(),
});

/** How often one caller may ask. */
export const RateLimits = z.strictObject({
  windowSeconds: z.int().positive(),
  resolve: Allowance,
  api: Allowance,
  /** Requests from loopback addresses are not counted. */
  exemptLoopback: z.boolean(),
});
export type RateLimits = z.infer<typeof RateLimits>;

/** What one request may cost. Sizes are bytes, times are milliseconds. */
export const Limits = z.strictObject({
  /** Body of an API call that is read whole. */
  jsonBody: z.int().positive(),
  /** Body of a commit, with its inline files. */
  commitBody: z.int().positive(),
  /** One line of a commit body. */
  commitLine: z.int().positive(),
  /** Operations in one commit. */
  commitOperations: z.int().positive(),
  /** A regular file kept in PostgreSQL. */
  regularFile: z.int().positive(),
  /** A large object. */
  largeObject: z.int().positive(),
  /** Part size of a multipart upload. */
  uploadPart: z.int().positive(),
  headers: z.int().positive(),
  connections: z.int().positive(),
  headersTimeout: z.int().positive(),
  requestTimeout: z.int().positive(),
  /** A body that brings nothing for this long is given up. */
  idleTimeout: z.int().positive(),
  /** Least free space, as bytes or as a part of the file system, whichever is less. */
  reservedBytes: z.int().nonnegative(),
  reservedShare: z.number().min(0).max(0.5),
});
export type Limits = z.infer<typeof Limits>;

/** How large files come in as chunks. */
export const XetSettings = z.strictObject({
  /**
   * Where an upload may name chunks instead of sending them. `namespace` spares more, and lets who may write to one
   * repository of a namespace find out whether another one holds what they hold themselves.
   */
  dedupScope: z.enum(['repository', 'namespace']),
});
export type XetSettings = z.infer<typeof XetSettings>;

/** Who may have an account: who was invited, everybody, or whom the operator's issuer knows. */
export const SignUp = z.enum(['invitation', 'open', 'single-sign-on']);

/** The operator's mail server. */
export const MailSettings = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65535),
  /** `tls` from the first byte; `starttls` after asking, and never without; `off` without. */
  security: z.enum(['tls', 'starttls', 'off']),
  /** The sender, as `hub@example.org` or `Name <hub@example.org>`. */
  from: z.string(),
  user: z.string().nullable(),
  /** Certificate authorities of the operator's own, as PEM. */
  certificates: z.string().nullable(),
});
export type MailSettings = z.infer<typeof MailSettings>;

/** The operator's issuer (OpenID Connect): the server that says who somebody is. */
export const IssuerSettings = z.strictObject({
  /** As it calls itself. */
  address: z.string(),
  clientId: z.string(),
  scopes: z.array(z.string()),
  /** The claim that names the groups of a person. */
  groupsClaim: z.string(),
  /** Whether it is asked to have somebody prove anew who they are; otherwise what it remembers of them counts. */
  asksAnew: z.boolean(),
  /** Hosts on which it has endpoints, beside its own. */
  hosts: z.array(z.string()),
  /** Certificate authorities of the operator's own, as PEM. */
  certificates: z.string().nullable(),
});
export type IssuerSettings = z.infer<typeof IssuerSettings>;

const RoleName = z.enum(['read', 'contributor', 'write', 'admin']);

/** Single sign-on as the hub knows it. */
export const SingleSignOn = z.strictObject({
  /** What people call the issuer. */
  name: z.string().min(1).max(60),
  /** What the members of a group are in which organisation. */
  groups: z.array(
    z.strictObject({ group: z.string().min(1).max(500), organization: z.string(), role: RoleName }),
  ),
});
export type SingleSignOn = z.infer<typeof SingleSignOn>;

/** Where PostgreSQL listens and whom the child signs in as. */
export const PostgresSettings = z.strictObject({
  /** A folder that holds the socket, or a host name. */
  host: z.string(),
  port: z.int().min(1).max(65535),
  database: z.string(),
  user: z.string(),
  /** `verify` checks the server's certificate, `require` only encrypts, as libpq's sslmode `require` does. */
  tls: z.enum(['off', 'require', 'verify']),
  embedded: z.boolean(),
});
export type PostgresSettings = z.infer<typeof PostgresSettings>;

/** How far the processes are kept apart; measured at start. */
export const Separation = z.enum(['uids', 'namespaces', 'none']);
export type Separation = z.infer<typeof Separation>;

/** The person whose command this is. */
export const Operator = z.strictObject({ name: z.string(), uid: z.int().nonnegative() });
export type Operator = z.infer<typeof Operator>;

/**
 * Entries that a checkpoint was signed for and that the database does not have, or that it, or their chains, has changed; or
 * what a backup that was restored cannot know, or what no place outside told.
 */
export const MissingEntries = z.strictObject({
  why: z.enum(['behind', 'changed', 'restored', 'untold']),
  /** How many entries were signed. */
  signed: z.int().nonnegative(),
  /** How many the database has. */
  found: z.int().nonnegative(),
});
export type MissingEntries = z.infer<typeof MissingEntries>;

/** What the hub shares with the runner, as the hub sees it. */
export const SpaceSettings = z.strictObject({
  /** The folder in which the hub puts the files of Spaces. */
  sources: z.string(),
  /** The folder with the sockets of apps. */
  visit: z.string(),
});
export type SpaceSettings = z.infer<typeof SpaceSettings>;

/** The last record in the hub's file of removals. */
export const RemovalsHead = z.strictObject({ n: z.int().nonnegative(), mac: z.string().max(100) });
export type RemovalsHead = z.infer<typeof RemovalsHead>;

/** Everything a child needs to know that is not secret. */
export const Settings = z.strictObject({
  /** Stable for one data directory: 24 hex digits. */
  instance: z.string().regex(/^[0-9a-f]{24}$/),
  version: z.string(),
  /** Digest of the code and its dependencies. */
  program: z.string().regex(/^[0-9a-f]{64}$/),
  separation: Separation,
  /** The object store's folder as the child sees it. */
  objects: z.string(),
  /** For unfinished files: on the object store's file system, so that a rename is enough. Emptied by the hub. */
  scratch: z.string(),
  postgres: PostgresSettings,
  /** The folder of the built pages as the child sees it. */
  pages: z.string(),
  publicUrl: z.string().nullable(),
  port: z.int().min(1).max(65535),
  access: z.enum(['signed-in', 'anonymous']),
  /** Who may have an account: who was invited, or everybody. */
  signUp: SignUp,
  spacesHost: z.string(),
  trustedProxies: z.array(z.string()),
  rateLimits: RateLimits,
  limits: Limits,
  xet: XetSettings,
  /** Bytes that a namespace may store unless the operator decided otherwise; `null` is without a limit. */
  quota: z.int().nonnegative().nullable(),
  /** For how many days entries of the ledger are kept; `null`: for ever. The notary cuts; a start says what was decided. */
  keepDays: z.int().positive().nullable(),
  /** Bytes a second that are read again to find damage. */
  scrubRate: z.int().positive(),
  /** Whether there is a mail server; without one, mail is kept and shown to administrators. */
  sendsMail: z.boolean(),
  singleSignOn: SingleSignOn.nullable(),
  /** `null` where no app can run; `spacesProblem` says why. */
  spaces: SpaceSettings.nullable(),
  spacesProblem: z.string().nullable(),
  /** Whether this installation has a vault, also one that is away or sealed. */
  vault: z.boolean(),
  /** What Spaces may be given; the first is usual. */
  hardware: z.array(HardwareKind).min(1),
  operator: Operator,
  /** Present until the hub has once been ready: make this administrator if there is none. */
  firstAdmin: z.strictObject({ name: z.literal('admin'), email: z.string() }).nullable(),
  /** Where the hub keeps what takes access away while the database is away. */
  removals: z.strictObject({
    path: z.string(),
    /** The last record, as the supervisor remembers it. */
    head: RemovalsHead.nullable(),
    /** Take a file that is not as it was left for granted. */
    acceptLoss: z.boolean(),
  }),
  /** Signed entries that the database lacks: nobody is served until the operator has accepted it. */
  sealed: MissingEntries.nullable(),
  /** Signed entries whose loss the operator accepted at this start. */
  lost: MissingEntries.nullable(),
});
export type Settings = z.infer<typeof Settings>;

/** What `hub` gets beside its settings. */
export const HubSecrets = z.strictObject({
  postgresPassword: z.string(),
  /** 32 random bytes as base64; what lasts is bound by keys that are derived from it. */
  hubKey: z.base64(),
  /** For what is signed for a short while. */
  hours: DealtHours,
  adminPassword: z.string().optional(),
});
export type HubSecrets = z.infer<typeof HubSecrets>;

/**
 * What `prepare` gets: how to sign in with the right to make roles (`superuser` for the embedded server,
 * `databaseUrl` for the operator's own), and the passwords the roles shall have afterwards.
 */
export const PrepareSecrets = z.strictObject({
  superuser: z.strictObject({ user: z.string(), password: z.string() }).optional(),
  databaseUrl: z.string().optional(),
  ownerPassword: z.string(),
  hubPassword: z.string(),
  notaryPassword: z.string(),
  vaultPassword: z.string(),
});
export type PrepareSecrets = z.infer<typeof PrepareSecrets>;

/** First frame on `hub`'s channel. */
export const HubStart = z.strictObject({
  type: z.literal('start'),
  settings: Settings,
  secrets: HubSecrets,
});
export type HubStart = z.infer<typeof HubStart>;

/** First frame on `prepare`'s channel. */
export const PrepareStart = z.strictObject({
  type: z.literal('start'),
  settings: Settings,
  /** The role that the notary signs in as. */
  notaryUser: z.string(),
  /** The role that the vault signs in as. */
  vaultUser: z.string(),
  secrets: PrepareSecrets,
});
export type PrepareStart = z.infer<typeof PrepareStart>;

/** First frame on `notary`'s channel. Its signing key is in its folder, and in no frame. */
export const NotaryStart = z.strictObject({
  type: z.literal('start'),
  settings: z.strictObject({
    /** The folder of its own, as the child sees it. */
    folder: z.string(),
    postgres: PostgresSettings,
    /** Where checkpoints go, as the child sees it. */
    checkpoints: z.strictObject({
      ...{ file: z.string().nullable(), url: z.string().nullable(), witnesses: z.array(z.string()) },
    }),
    /** For how many days entries are kept; `null`: for ever. */
    keepDays: z.int().positive().nullable(),
    /** Begin a new epoch where the database lacks what was signed. */
    acceptLoss: z.boolean(),
    /** The data came out of a backup: what was signed since may be known to nobody here. */
    restored: z.boolean(),
    /** A notary before this one was well since the instance started, so that its record was not put back. */
    goesOn: z.boolean(),
  }),
  secrets: z.strictObject({ postgresPassword: z.string() }),
});
export type NotaryStart = z.infer<typeof NotaryStart>;

/** First frame on the vault's channel. Its root key is in its folder, and in no frame. */
export const VaultStart = z.strictObject({
  type: z.literal('start'),
  settings: z.strictObject({
    /** The folder of its own, as it sees it. */
    folder: z.string(),
    /** What this one is called among those that share the folder. */
    instance: z.string(),
    postgres: PostgresSettings,
    /** Names under which the hub and its Spaces are reached: no secret is bound to them. */
    ours: z.array(z.string()),
    /** The key by which checkpoints of the notary are believed, as C2SP writes it. */
    notary: z.string(),
    /** For how many days the ledger keeps entries; `null`: for ever. */
    keepDays: z.int().positive().nullable(),
    /** The operator goes on with a database that lacks what the vault did. */
    acceptLoss: z.boolean(),
    /** The data came out of a backup. */
    restored: z.boolean(),
  }),
  /** `passphrase`: of the root key; `null`: it lies open in the folder, or is asked for later. */
  secrets: z.strictObject({ postgresPassword: z.string(), passphrase: z.string().nullable() }),
});
export type VaultStart = z.infer<typeof VaultStart>;

/** First frame on the courier's channel. */
export const CourierStart = z.strictObject({
  type: z.literal('start'),
  settings: z.strictObject({ mail: MailSettings.nullable(), issuer: IssuerSettings.nullable() }),
  /** What the operator's servers know us by; in no other child. */
  secrets: z.strictObject({ mailPassword: z.string().optional(), issuerSecret: z.string().optional() }),
});
export type CourierStart = z.infer<typeof CourierStart>;

/** First frame on the runner's channel. Paths are as it sees them. */
export const RunnerStart = z.strictObject({
  type: z.literal('start'),
  settings: z.strictObject({
    /** `uids`: it is root of a namespace with users for its sandboxes. `namespaces`: there is one user for all. */
    level: z.enum(['uids', 'namespaces']),
    /** What sandboxes are made with. */
    runtime: z.enum(['bubblewrap', 'gvisor']),
    folders: z.strictObject({ sources: z.string(), visit: z.string(), own: z.string() }),
    /** The folder that our workspaces lie in, and Node. */
    code: z.string(),
    node: z.string(),
    /** A folder with libraries that Node needs and the system does not have. */
    libraries: z.string().nullable(),
    cgroups: CgroupPlace.nullable(),
    /** Run apps although there are no control groups. */
    dangerouslyUnlimited: z.boolean(),
    /** Where the hub is reached. */
    hub: z.strictObject({ address: z.string(), port: z.int() }),
    /** The name by which people reach it, where that is configured. */
    publicHost: z.string().nullable(),
    /** Where builds get packages from. */
    packages: z.strictObject({
      mirror: z.string(),
      securityMirror: z.string().nullable(),
      suite: z.string(),
      index: z.string(),
      /** Origins on which its files lie, beside its own. */
      indexFiles: z.array(z.string()),
      certificates: z.string().nullable(),
    }),
    /** Folders with one Python each, in the operator's order. */
    pythons: z.array(z.string()),
    resolver: z.array(z.string()).nullable(),
    /** Authorities (PEM) by which doors believe the hosts of brokered secrets, beside the public ones. */
    hostCertificates: z.string().nullable(),
    environmentBytes: z.int().positive(),
    /** What builds leave of the disk, as uploads do. */
    reserve: Limits.pick({ reservedBytes: true, reservedShare: true }),
    /** How long a run that was replaced is kept at most for those who use it. Milliseconds. */
    farewellMs: z.int().nonnegative(),
  }),
});
export type RunnerStart = z.infer<typeof RunnerStart>;

/** What a child answers. `ready` from `prepare` means its work is done. */
export const Answer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    /** Whether this start made the first administrator; then its password is shown. */
    adminCreated: z.boolean().optional(),
    /** From the hub: its file of removals is not as it left it; nobody is served then. */
    removalsFlaw: z.enum(['altered', 'cut', 'emptied']).optional(),
    /** From the notary: what the database lacks; nothing is signed then. */
    sealed: MissingEntries.optional(),
    /** From the notary: what it lacks and the operator took for granted. */
    lost: MissingEntries.optional(),
    /** From the notary: whether there is an endpoint for checkpoints that did not tell which it has last. */
    silent: z.boolean().optional(),
  }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type Answer = z.infer<typeof Answer>;

/** What the notary says when it finds, while it works, that the database lacks what was signed. */
export const BecameSealed = z.strictObject({ type: z.literal('sealed'), sealed: MissingEntries });
export type BecameSealed = z.infer<typeof BecameSealed>;

/** Whether the endpoint for checkpoints does not tell which it has last: from the notary, and to the hub, which shows it. */
export const EndpointState = z.strictObject({ type: z.literal('endpoint'), silent: z.boolean() });

/** What the hub says when it wrote another removal down. */
export const HeadMoved = RemovalsHead.extend({ type: z.literal('removals-head') });

/** What it is answered once that is remembered. */
export const HeadKept = z.strictObject({ type: z.literal('removals-head-kept'), n: z.int() });

/** Asks a child to finish what it does and to exit. */
export const Stop = z.strictObject({ type: z.literal('stop') });
export type Stop = z.infer<typeof Stop>;
