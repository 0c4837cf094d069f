// One module per dangerous power: who may import what reaches outside, who may use which member. The table is the
// review list: a new line here is a new place to look at after a break-in.

/** A module that gives a power, and the files that may import it. */
export interface ImportedPower {
  readonly modules: readonly string[];
  readonly files: readonly string[];
  readonly advice: string;
}

const DEVELOPMENT: readonly string[] = ['tools/src/**', 'bench/src/**', '*/test/**'];

/** Powers that come with an import. Type-only imports give none. */
export const IMPORTED_POWERS: readonly ImportedPower[] = [
  {
    modules: ['node:child_process', 'child_process', 'node:cluster'],
    files: [
      'platform/src/process.ts',
      'platform/src/process/**',
      // It starts the app, where nothing of ours but itself is.
      'inside/src/app-process.ts',
      ...DEVELOPMENT,
    ],
    advice: 'start processes through @holdfast/platform/process',
  },
  {
    modules: ['node:worker_threads'],
    files: ['platform/src/threads.ts', 'platform/src/thread-host.ts', ...DEVELOPMENT],
    advice: 'start threads through @holdfast/platform/threads',
  },
  {
    modules: ['node:fs', 'node:fs/promises', 'fs', 'fs/promises'],
    files: [
      'platform/src/**',
      'supervisor/src/**',
      'runner/src/**',
      'inside/src/**',
      'door/src/build/**',
      'web/build.ts',
      ...DEVELOPMENT,
    ],
    advice: 'reach files through the object store or another part of @holdfast/platform',
  },
  {
    modules: ['node:http', 'node:https', 'node:http2', 'node:net', 'node:tls', 'node:dgram', 'undici'],
    files: [
      'platform/src/{channel,listeners,local-http,pass-on}.ts',
      'supervisor/src/**',
      'hub/src/main.ts',
      // To the places that the operator named, and to no other.
      'courier/src/reach.ts',
      // Doors are the only way in and out of a sandbox.
      'door/src/**',
      'inside/src/**',
      'runner/src/**/sockets.ts',
      ...DEVELOPMENT,
    ],
    advice: 'sockets are opened in named files only',
  },
  {
    modules: ['kysely'],
    files: [
      'platform/src/postgres/**',
      'platform/src/queue.ts',
      'notary/src/{tables,*-store}.ts',
      'vault/src/{tables,*-store}.ts',
      'hub/src/modules/*/{store,tables,*-store}.ts',
      'hub/src/modules/*/store/**',
      'hub/src/modules/*/migrations/*.ts',
      '*/test/**',
    ],
    advice: 'SQL lives in store.ts, tables.ts and migrations',
  },
  {
    modules: ['pg'],
    files: ['platform/src/postgres/**', 'bench/src/**', '*/test/**'],
    advice: 'connections come from @holdfast/platform/postgres',
  },
  {
    modules: ['graphile-worker'],
    files: ['platform/src/queue.ts', 'platform/src/queue/**'],
    advice: 'jobs go through @holdfast/platform/queue',
  },
  {
    modules: ['pino'],
    files: ['platform/src/log.ts', 'platform/src/log/**'],
    advice: 'logs go through @holdfast/platform/log, which redacts',
  },
  {
    modules: ['@napi-rs/blake-hash'],
    files: ['hub/src/modules/xet/format/blake3.ts'],
    advice: 'hashes of Xet come from format/blake3.ts: a native package has one door',
  },
  {
    modules: ['@simplewebauthn/server'],
    files: ['hub/src/modules/sessions/passkeys.ts'],
    advice: 'what devices answer is checked in one place',
  },
  {
    modules: ['markdown-it'],
    files: ['web/src/lib/prose/prose.ts'],
    advice: 'texts of people are shown through prose/prose.ts, within its bounds',
  },
  {
    modules: ['hyparquet', 'fzstd'],
    files: ['web/src/lib/views/parquet.ts'],
    advice: 'Parquet is read in a worker of the reader\u2019s browser, within the bounds of views/parquet.ts',
  },
  {
    modules: ['@huggingface/tasks'],
    files: ['web/src/lib/repo/ecosystem.ts', 'web/src/lib/repo/ecosystem.test.ts'],
    advice:
      'snippets and names of the ecosystem come through repo/ecosystem.ts, which lets nothing of a card end a string',
  },
  {
    modules: ['temml'],
    files: ['web/src/lib/prose/maths.ts'],
    advice: 'formulas are read through prose/maths.ts, within its bounds',
  },
  {
    modules: ['htmlparser2'],
    files: ['web/src/lib/prose/clean.ts'],
    advice: 'what becomes HTML of a page is written in one place, prose/clean.ts',
  },
  {
    modules: ['nodemailer'],
    files: ['courier/src/mail-server.ts', '*/test/**'],
    advice: 'mail is sent by the courier, in one place',
  },
  {
    modules: ['openid-client'],
    files: ['courier/src/issuer.ts', '*/test/**'],
    advice: 'issuers are asked by the courier, in one place',
  },
  {
    modules: ['node:vm', 'vm', 'node:inspector', 'node:inspector/promises', 'node:repl', 'node:ffi'],
    files: ['tools/src/**'],
    advice: 'text never becomes code here',
  },
  {
    modules: ['node:module'],
    // Threads are told where compiled code is kept.
    files: ['platform/src/threads.ts', 'tools/src/**'],
    advice: 'text never becomes code here',
  },
];

/** Files that may import late: the pages, which are built apart; work in threads; and what only some apps need to start. */
export const LATE_IMPORTS: readonly string[] = [
  'hub/src/pages.ts',
  'hub/test/harness/page-rows.ts',
  'platform/src/thread-host.ts',
  'inside/src/{main,receive}.ts',
  // What one command needs and the others do not, by a name that stands there.
  'cli/src/commands/{start,backup,doctor,vault}.ts',
  // In a browser, from the one folder that its policy names.
  'web/src/lib/browser/{highlight,seal-secret,upload,view}.js',
];

/** A member that gives a power, as `object.member`, or a global function. */
export interface NamedPower {
  readonly name: string;
  readonly files: readonly string[];
  readonly advice: string;
}

/** Powers that come with a name. */
export const NAMED_POWERS: readonly NamedPower[] = [
  {
    name: 'process.env',
    files: [
      'supervisor/src/config.ts',
      'supervisor/src/config/**',
      'tools/src/environment.ts',
      'bench/src/**',
      '*/test/**',
    ],
    advice: 'only the supervisor reads the environment; settings arrive over the channel',
  },
  { name: 'process.exit', files: [], advice: 'set process.exitCode and let what is open close' },
  {
    name: 'fetch',
    // The notary hands its checkpoints to an endpoint that the operator names; the courier asks the operator's issuer.
    files: [
      'notary/src/endpoint.ts',
      'courier/src/reach.ts',
      // In the reader's browser, whose policy names the addresses.
      'web/src/lib/browser/{follow,search,view}.js',
      '*/test/**',
      'bench/src/**',
    ],
    advice: 'outgoing HTTP is made in named files only',
  },
  { name: 'eval', files: [], advice: 'text never becomes code here' },
  { name: 'Function', files: [], advice: 'text never becomes code here' },
  {
    name: 'sql.raw',
    files: ['platform/src/postgres/**', 'hub/src/modules/*/migrations/*.ts'],
    advice: 'values are parameters; raw text invites injection',
  },
];
