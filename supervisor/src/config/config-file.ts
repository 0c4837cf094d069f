// The one configuration file: everything that has no variable of its own. Unknown members are refused, so that a
// misspelt limit does not silently leave the default.
import { GiB, KiB, MiB } from '@holdfast/kernel/size';
import { z } from 'zod';
import { Limits, RateLimits, SignUp, XetSettings } from '../settings.ts';
import { IssuerFile } from './issuer-file.ts';
import { MailFile } from './mail-file.ts';
import { SpacesFile } from './spaces-file.ts';
import { VaultFile } from './vault-file.ts';

const DEFAULT_RATE_LIMITS: RateLimits = {
  windowSeconds: 300,
  resolve: { anonymous: 3_000, signedIn: 30_000 },
  api: { anonymous: 1_000, signedIn: 10_000 },
  exemptLoopback: true,
};

const DEFAULT_LIMITS: Limits = {
  jsonBody: 1 * MiB,
  commitBody: 256 * MiB,
  commitLine: 64 * MiB,
  commitOperations: 25_000,
  regularFile: 10 * MiB,
  largeObject: 500 * GiB,
  uploadPart: 64 * MiB,
  headers: 16 * KiB,
  connections: 10_000,
  headersTimeout: 15_000,
  requestTimeout: 6 * 60 * 60_000,
  idleTimeout: 60_000,
  reservedBytes: 2 * GiB,
  reservedShare: 0.05,
};

const DEFAULT_XET: XetSettings = { dedupScope: 'repository' };

const AccountName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'is not a name of a system user');

function areDistinct(accounts: Readonly<Record<string, string>>): boolean {
  const names = Object.values(accounts);
  return new Set(names).size === names.length;
}

function hasNoUserInfo(address: string): boolean {
  const url = URL.parse(address);
  return url === null || (url.username === '' && url.password === '');
}

// The complaint about an address that does not answer would write a password in it to the log.
const PlaceAddress = z
  .url({ protocol: /^https?$/ })
  .refine(hasNoUserInfo, 'holds a user name or a password, which would get into logs');
/** What follows is added behind it: behind a question or a fragment, it would be part of that, and each checkpoint asked in vain. */
const WitnessPrefix = PlaceAddress.refine(
  (url) => !/[?#]/.test(url),
  'has a question (?) or a fragment (#): the path of each call is added behind what a witness’s address begins with',
);

/** The members of the file; each may be left out. */
export const ConfigFile = z.strictObject({
  rateLimits: RateLimits.partial().prefault({}),
  limits: Limits.partial().prefault({}),
  firstAdmin: z
    .strictObject({
      email: z
        .string()
        .regex(/^[^\s@]+@[^\s@]+$/, 'is not a mail address')
        .default('admin@localhost'),
    })
    .prefault({}),
  /** System users of the children when started as root; made when missing. */
  accounts: z
    .strictObject({
      hub: AccountName.default('holdfast-hub'),
      notary: AccountName.default('holdfast-notary'),
      vault: AccountName.default('holdfast-vault'),
      courier: AccountName.default('holdfast-courier'),
      runner: AccountName.default('holdfast-runner'),
      postgres: AccountName.default('holdfast-postgres'),
      prepare: AccountName.default('holdfast-prepare'),
    })
    .refine(areDistinct, 'are not six different users: what one may read, the others must not')
    .prefault({}),
  /** The embedded PostgreSQL. */
  postgres: z
    .strictObject({
      maxConnections: z.int().min(20).max(2_000).default(100),
      sharedBuffers: z
        .string()
        .regex(/^\d+(kB|MB|GB)$/, 'is not a size like 128MB')
        .optional(),
    })
    .prefault({}),
  /** Where the ledger's signed checkpoints go, beside the database. */
  checkpoints: z
    .strictObject({
      /** Absolute path of a file that holds the newest. */
      file: z
        .string()
        .regex(/^\/[^\0]*[^/\0]$/, 'is not an absolute path of a file')
        .nullable()
        .default(null),
      /** Address that takes each newest one as the body of a POST. */
      url: PlaceAddress.nullable().default(null),
      /** Prefixes of witnesses (C2SP's tlog-witness), which sign each newest one. */
      witnesses: z.array(WitnessPrefix).max(16).default([]),
    })
    .prefault({}),
  /** What becomes of the ledger. */
  ledger: z
    .strictObject({
      /** Days for which entries are kept at least, 30 or more; `null` is for ever. */
      keepDays: z.int().min(30).nullable().default(null),
    })
    .prefault({}),
  /** Who may have an account: who was invited, everybody, or whom the issuer knows. */
  signUp: SignUp.default('invitation'),
  /** The mail server; without one, mail is kept. */
  mail: MailFile.nullable().default(null),
  /** The issuer by which people sign on. */
  singleSignOn: IssuerFile.nullable().default(null),
  /** Apps of Spaces. */
  spaces: SpacesFile.prefault({}),
  /** Secrets of apps. */
  vault: VaultFile.prefault({}),
  /** Uploads of large files in chunks. */
  xet: XetSettings.partial().prefault({}),
  /** Bytes that each user and organisation may store; `null` is without a limit. */
  quota: z.int().nonnegative().nullable().default(null),
  /** Bytes a second at which what is stored is read again, once a week, to find damage. */
  scrubRate: z
    .int()
    .positive()
    .default(32 * MiB),
  /** Milliseconds. */
  timeouts: z
    .strictObject({
      /** For the hub to be ready, migrations apart. */
      start: z.int().positive().default(60_000),
      /** For requests in flight once the hub was asked to stop. */
      drain: z.int().nonnegative().default(10_000),
      /** For requests and streams in flight at an app that was replaced by a newer one. */
      replacedApp: z
        .int()
        .nonnegative()
        .max(24 * 3_600_000)
        .default(300_000),
    })
    .prefault({}),
});
export type ConfigFile = z.infer<typeof ConfigFile>;

/** The settings of the file with every default filled in. */
export type FileSettings = Omit<ConfigFile, 'rateLimits' | 'limits' | 'xet'> & {
  readonly rateLimits: RateLimits;
  readonly limits: Limits;
  readonly xet: XetSettings;
};

/** Parses the file's text; what is wrong goes into `problems`, all of it. */
export function parseConfigFile(
  text: string | undefined,
  path: string,
  problems: string[],
): FileSettings | undefined {
  let value: unknown = {};
  try {
    if (text !== undefined) value = JSON.parse(text);
  } catch (error) {
    problems.push(`${path} is not JSON: ${error instanceof Error ? error.message : ''}`);
    return undefined;
  }
  const parsed = ConfigFile.safeParse(value);
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      problems.push(`${path}: ${issue.path.join('.') || 'the file'}: ${issue.message}`);
    return undefined;
  }
  const { rateLimits, limits, xet, ...rest } = parsed.data;
  return {
    ...rest,
    rateLimits: { ...DEFAULT_RATE_LIMITS, ...defined(rateLimits) },
    limits: { ...DEFAULT_LIMITS, ...defined(limits) },
    xet: { ...DEFAULT_XET, ...defined(xet) },
  };
}

function defined<T extends object>(partial: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
