// The table of who may reach whom. The rules enforce it; a change here is a decision, so say why in `docs/decisions`.

/** The parts of the house, from the ground up. */
export type Layer =
  | 'kernel'
  | 'platform'
  | 'notary'
  | 'vault'
  | 'courier'
  | 'inside'
  | 'door'
  | 'runner'
  | 'module'
  | 'config'
  | 'surface'
  | 'app'
  | 'supervisor'
  | 'cli'
  | 'web'
  | 'tools'
  | 'bench';

/** Which folder is which layer. The first match counts. */
export const LAYER_OF_FOLDER: readonly (readonly [string, Layer])[] = [
  ['kernel/', 'kernel'],
  ['platform/', 'platform'],
  ['notary/', 'notary'],
  ['vault/', 'vault'],
  ['courier/', 'courier'],
  ['inside/', 'inside'],
  ['door/', 'door'],
  ['runner/', 'runner'],
  ['hub/src/modules/', 'module'],
  ['hub/src/config/', 'config'],
  ['hub/src/surfaces/', 'surface'],
  ['hub/', 'app'],
  ['supervisor/', 'supervisor'],
  ['cli/', 'cli'],
  ['web/', 'web'],
  ['tools/', 'tools'],
  ['bench/', 'bench'],
];

/** Which layers a layer may import, beside itself. Downwards only. */
export const LAYERS: Readonly<Record<Layer, readonly Layer[]>> = {
  kernel: [],
  platform: ['kernel'],
  notary: ['kernel', 'platform', 'supervisor'],
  // What it says to doors is in their words; that the notary signed is checked by the notary's own rules.
  vault: ['kernel', 'platform', 'notary', 'door', 'supervisor'],
  courier: ['kernel', 'platform', 'supervisor'],
  // Runs beside the app: nothing of ours but itself is there.
  inside: [],
  door: ['kernel', 'platform'],
  runner: ['kernel', 'platform', 'vault', 'inside', 'door', 'supervisor'],
  module: ['kernel', 'platform'],
  config: ['kernel', 'supervisor'],
  surface: ['kernel', 'platform', 'notary', 'module', 'config'],
  app: [
    'kernel',
    'platform',
    'notary',
    'vault',
    'courier',
    'runner',
    'module',
    'config',
    'surface',
    'supervisor',
  ],
  supervisor: ['kernel', 'platform'],
  cli: ['kernel', 'platform', 'notary', 'vault', 'supervisor'],
  // Of surfaces types alone: the objects reach a page at run time. Words that pages share with them are the kernel's (decision 57).
  web: ['kernel', 'surface'],
  tools: ['kernel', 'runner', 'supervisor', 'app'],
  // What tests play: hosts behind a door, and a vault with its runs; and how much the vault itself allows at once.
  bench: ['kernel', 'door', 'runner', 'vault', 'app'],
};

/** What others than the command line may import of the supervisor: the settings it hands down, and their table. */
export const SUPERVISOR_FACES: readonly string[] = [
  'supervisor/src/settings.ts',
  'supervisor/src/config/env.ts',
];

/** Built-ins without reach beyond memory: all that the kernel and the pure rooms may import. */
export const PURE_BUILTINS: readonly string[] = [
  'node:assert/strict',
  'node:buffer',
  'node:crypto',
  'node:string_decoder',
  'node:url',
  'node:util',
];

/** Which modules a module may use through their faces. Acyclic: each names only modules above it in this list. */
export const MODULES: Readonly<Record<string, readonly string[]>> = {
  access: [],
  cards: [],
  leaks: ['access'],
  ledger: ['access'],
  mail: ['access'],
  removals: ['access'],
  identity: ['access', 'ledger', 'mail', 'removals'],
  sessions: ['access', 'ledger', 'mail', 'identity', 'removals'],
  sso: ['access', 'ledger', 'identity', 'sessions'],
  tokens: ['access', 'ledger', 'mail', 'identity', 'removals'],
  // Applications are given tokens, for who is signed in; their tries are counted as those of people.
  oauth: ['access', 'ledger', 'mail', 'identity', 'sessions', 'tokens'],
  blobs: ['access', 'ledger'],
  git: ['access', 'ledger', 'blobs'],
  xet: ['access', 'ledger', 'blobs'],
  repos: ['access', 'ledger', 'identity', 'blobs', 'git', 'cards', 'leaks'],
  content: ['access', 'ledger', 'identity', 'blobs', 'git', 'cards', 'leaks', 'repos'],
  // Files of Spaces are written where their programs read them, large ones too.
  spaces: ['access', 'ledger', 'removals', 'blobs', 'git', 'cards', 'leaks', 'repos', 'content'],
  // The vault keeps them; here it is decided who may ask, what follows for the Space, and who is told what the vault saw.
  secrets: ['access', 'ledger', 'mail', 'identity', 'repos', 'spaces'],
  upkeep: ['access', 'ledger', 'identity', 'blobs', 'git', 'xet'],
};

/** Modules that compute and touch nothing: they import the kernel and pure built-ins alone. */
export const PURE_MODULES: readonly string[] = ['access', 'cards'];

/** Rooms of a module that compute and touch nothing. */
export const PURE_ROOMS: readonly string[] = ['model', 'policy', 'faults', 'events'];

/** Files that run when they are started: the only ones that work at import. */
export const ENTRY_FILES: readonly string[] = [
  'hub/src/main.ts',
  'hub/src/prepare.ts',
  'notary/src/main.ts',
  'vault/src/main.ts',
  'courier/src/main.ts',
  'inside/src/main.ts',
  'door/src/*/main.ts',
  'runner/src/main.ts',
  'platform/src/thread-host.ts',
  'supervisor/src/main.ts',
  'cli/src/main.ts',
  'tools/src/*/main.ts',
  'bench/src/main.ts',
  'web/build.ts',
  // In workers of the reader's browser.
  'web/src/lib/{views,upload}/work-*.ts',
  // In a page of the reader's browser.
  'web/src/lib/seal/page-seal.ts',
];

/** Words of the Hub's protocol that house style would not choose, and the files that may use them in names. */
export const PROTOCOL_WORDS: readonly string[] = ['info'];
/** The files whose names and exports may use the protocol's words. */
export const PROTOCOL_FILES: readonly string[] = ['hub/src/surfaces/hub/**', 'hub/src/surfaces/lfs/**'];

/** Files that may look inside a `Secret`. */
export const REVEALING_FILES: readonly string[] = [
  'platform/src/keys.ts',
  'platform/src/hour-keys.ts',
  'platform/src/keys/**',
  'platform/src/postgres/**',
  'supervisor/src/**',
  'hub/src/surfaces/admin/create-token.ts',
  'hub/src/surfaces/hub/oauth/{device,device-grant,token}.ts',
  'hub/src/surfaces/web/page-call.ts',
  'web/src/routes/account/{tokens,invitations,applications}/+page.server.ts',
  'hub/src/modules/sessions/{sessions,sign-in}.ts',
  'hub/src/modules/identity/invitations.ts',
  'hub/src/modules/tokens/{token,issue,device-logins,authentication}.ts',
  'hub/src/app.ts',
  'hub/src/prepare.ts',
  'notary/src/main.ts',
  'courier/src/{mail-server,issuer}.ts',
];
