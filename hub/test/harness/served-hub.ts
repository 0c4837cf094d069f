// The hub's modules and routes in the test's own process, behind the real pipeline on a loopback port: what a test wants
// to look into (the database, the object store, the clock of a token) is at hand.
import { type AddressInfo } from 'node:net';
import { systemClock } from '@holdfast/kernel/clock';
import { GiB, KiB, MiB } from '@holdfast/kernel/size';
import { Secret } from '@holdfast/kernel/secret';
import { dealHours, HourRoots } from '@holdfast/platform/hour-keys';
import { openLog } from '@holdfast/platform/log';
import { Metrics } from '@holdfast/platform/metrics';
import { Passages } from '@holdfast/platform/pass-on';
import { SpacesFile } from '@holdfast/supervisor/config/spaces-file';
import { type HubStart, type Limits } from '@holdfast/supervisor/settings';
import { type Carrier } from '../../src/modules/mail/index.ts';
import { type OperatorActor, type RepoType, type Visibility } from '../../src/modules/access/index.ts';
import { type IssuerLink } from '../../src/modules/sso/index.ts';
import { type Repo } from '../../src/modules/repos/index.ts';
import { type RunnerLink } from '../../src/modules/spaces/index.ts';
import { type RateLimiter } from '../../src/surfaces/route/rate-limit.ts';
import { openModules, type Modules } from '../../src/modules.ts';
import { openPages } from '../../src/pages.ts';
import { settleRemovals } from '../../src/taken-removals.ts';
import { findPages } from './pages.ts';
import { LiveStreams } from '../../src/surfaces/http/live-streams.ts';
import { hubWithSpaces } from '../../src/surfaces/hub-and-spaces.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';
import { openScratch } from './scratch.ts';
import { openLinkedVault, type LinkedVault } from './linked-vault.ts';

/** Limits small enough to reach. */
export const TEST_LIMITS: Limits = {
  jsonBody: MiB,
  commitBody: 64 * MiB,
  commitLine: 16 * MiB,
  commitOperations: 25_000,
  regularFile: 10 * MiB,
  largeObject: 64 * MiB,
  uploadPart: 1 * MiB,
  headers: 16 * KiB,
  connections: 1_000,
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  idleTimeout: 10_000,
  reservedBytes: 0,
  reservedShare: 0,
};

/** The person who sets a test up. */
export const OPERATOR: OperatorActor = { kind: 'operator', osUser: 'test', command: 'test', terminal: '' };

/** What a test asks for. */
export interface ServedHubOptions {
  readonly limits?: Partial<Limits>;
  readonly access?: 'signed-in' | 'anonymous';
  readonly dedupScope?: 'repository' | 'namespace';
  /** Bytes that a namespace may store. */
  readonly quota?: number;
  readonly signUp?: 'invitation' | 'open' | 'single-sign-on';
  readonly singleSignOn?: HubStart['settings']['singleSignOn'];
  readonly issuer?: IssuerLink;
  readonly trustedProxies?: readonly string[];
  /** What takes mail. */
  readonly carrier?: Carrier;
  /** What runs the programs of Spaces, and the folders that are shared with it. */
  readonly runner?: RunnerLink;
  readonly spaces?: HubStart['settings']['spaces'];
  /** What Spaces may be given, where it is not the usual. */
  readonly hardware?: HubStart['settings']['hardware'];
  /** Whether something keeps secrets of Spaces. */
  readonly vault?: true;
  /** The database of another hub, which this one shares. */
  readonly on?: TestDatabase;
  /** What counts calls, those from loopback too; nothing does where it is absent. */
  readonly rateLimiter?: RateLimiter;
  /** The folder of objects of another hub, which this one shares. */
  readonly objects?: string;
}

/** A repository that a test wants; a private model without files where nothing is said. */
export interface RepoOptions {
  readonly type?: RepoType;
  readonly visibility?: Visibility;
  readonly sdk?: string | null;
  readonly files?: Readonly<Record<string, string>>;
}

const gone = () => Promise.resolve({ kind: 'refused', problem: 'gone', message: '' } as const);
const noVault = {
  ...{ formKey: gone, write: gone, list: gone, delete: gone, forget: gone, stop: gone },
  standing: () => Promise.resolve({ state: 'absent', why: '' } as const),
  // Nobody asks: seeds are the hub's where there is no vault.
  makeSeed: () => Promise.reject(new Error('there is no vault')),
  checkCode: () => Promise.reject(new Error('there is no vault')),
};

/** A hub that serves. */
export interface ServedHub extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly modules: Modules;
  readonly database: TestDatabase;
  /** Where one was asked for. */
  readonly vault: LinkedVault | undefined;
  readonly streams: LiveStreams;
  readonly objects: string;
  /** What was logged. */
  readonly lines: readonly string[];
  /** What the hub's clock shows. */
  now(): Date;
  /** Has the hub's clock go ahead. */
  passTime(minutes: number): void;
  /** Makes a user with a token; gives the token's text. */
  addUser(name: string): Promise<string>;
  /** Makes another token of a user. */
  addToken(user: string, role: 'read' | 'write'): Promise<{ text: string; id: string }>;
  /** Makes a model of a user. */
  addRepo(id: string, options?: RepoOptions): Promise<Repo>;
}

/** Opens a database, a store and the hub's routes over them. */
export async function openServedHub(options: ServedHubOptions = {}): Promise<ServedHub> {
  await using opened = new AsyncDisposableStack();
  const database = options.on ?? opened.use(await openTestDatabase());
  const scratch = opened.use(await openScratch('served-hub'));
  const start = startOf(database, { folder: scratch.path, pages: await findPages() }, options);
  // What the hub says goes to who asks; a test's own output stays readable.
  const lines: string[] = [];
  const log = openLog('test', { write: (line) => void lines.push(line) });
  const time = { passed: 0, now: () => new Date(systemClock.now().getTime() + time.passed) };
  const vault = options.vault && opened.use(await openLinkedVault(database.vault, time));
  const modules = opened.use(
    await openModules(start, {
      ...{ log, clock: time, carrier: options.carrier, issuer: options.issuer, runner: options.runner },
      vault: vault?.link ?? noVault,
      keepHead: () => Promise.resolve(),
      hours: new HourRoots(start.secrets.hours),
    }),
  );
  await settleRemovals(modules);
  const streams = new LiveStreams(modules);
  const address = { publicUrl: null, port: 0 };
  const metrics = new Metrics();
  const { limits } = start.settings;
  const pages = await openPages(start.settings, modules, log);
  const { spacesHost } = start.settings;
  const server = await hubWithSpaces(
    {
      ...{ ...modules, ...pages, streams, metrics, version: '0', limits, spacesHost },
      ...{ passages: opened.use(new Passages()), visitFolder: options.spaces?.visit ?? null },
    },
    {
      log,
      requests: metrics.counter('requests', 'Requests.'),
      durations: metrics.histogram('durations', 'Durations.', [1]),
      limits,
      trustedProxies: start.settings.trustedProxies,
      rateLimiter: options.rateLimiter,
      exemptLoopback: options.rateLimiter === undefined,
      authentication: modules.authentication,
      refusals: modules.refusals,
      anonymousMayRead: options.access === 'anonymous',
      address,
    },
  );
  await server.listen({ port: 0, host: '127.0.0.1' });
  opened.defer(async () => {
    server.server.closeAllConnections();
    await server.close();
  });
  modules.runs?.start();
  address.port = (server.server.address() as AddressInfo).port;
  const running = opened.move();
  const url = `http://127.0.0.1:${address.port}`;
  const passTime = (minutes: number): void => void (time.passed += minutes * 60_000);
  const made = {
    lines,
    passTime,
    now: time.now,
    url,
    port: address.port,
    modules,
    streams,
    objects: start.settings.objects,
  };
  return {
    ...made,
    database,
    vault,
    ...peopleOf(modules),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function peopleOf(modules: Modules): Pick<ServedHub, 'addUser' | 'addToken' | 'addRepo'> {
  const addToken: ServedHub['addToken'] = async (user, role) => {
    const { token, text } = await modules.tokens.issue(OPERATOR, { user, name: 'test', grant: { role } });
    return { text: text.reveal('to send it'), id: token.id };
  };
  return {
    addToken,
    async addUser(name) {
      const wish = { name, email: `${name}@example.org`, administrator: false };
      await modules.identity.createUser(OPERATOR, wish);
      return (await addToken(name, 'write')).text;
    },
    async addRepo(id, { type = 'model', visibility = 'private', sdk = null, files = {} } = {}) {
      const [namespace = '', name = ''] = id.split('/');
      const { text } = await addToken(namespace, 'write');
      const { actor } = await modules.authentication.authenticate(text);
      const texts = Object.entries(files).map(([path, text]) => [path, Buffer.from(text)] as const);
      const wish = {
        type,
        namespace,
        name,
        visibility,
        sdk,
        licence: null,
        files: Object.fromEntries(texts),
      };
      return await modules.changes.create(actor, wish);
    },
  };
}

function startOf(
  database: TestDatabase,
  { folder, pages }: { folder: string; pages: string },
  options: ServedHubOptions,
): HubStart {
  const { address } = database;
  return {
    type: 'start',
    settings: {
      instance: '0123456789abcdef01234567',
      version: '0',
      program: '0'.repeat(64),
      separation: 'none',
      objects: options.objects ?? `${folder}/objects`,
      scratch: folder,
      postgres: { ...address, tls: 'off', embedded: true },
      pages,
      publicUrl: null,
      port: 1,
      access: options.access ?? 'signed-in',
      signUp: options.signUp ?? 'invitation',
      spacesHost: 'localhost',
      trustedProxies: [...(options.trustedProxies ?? [])],
      rateLimits: {
        windowSeconds: 300,
        resolve: { anonymous: GiB, signedIn: GiB },
        api: { anonymous: GiB, signedIn: GiB },
        exemptLoopback: true,
      },
      limits: { ...TEST_LIMITS, ...options.limits },
      xet: { dedupScope: options.dedupScope ?? 'repository' },
      quota: options.quota ?? null,
      keepDays: null,
      scrubRate: 10 * GiB,
      sendsMail: options.carrier !== undefined,
      singleSignOn: options.singleSignOn ?? null,
      spaces: options.spaces ?? null,
      removals: { path: `${folder}/removals`, head: null, acceptLoss: false },
      sealed: null,
      lost: null,
      operator: { name: 'test', uid: 0 },
      spacesProblem: null,
      vault: options.vault === true,
      hardware: options.hardware ?? SpacesFile.parse({}).hardware,
      firstAdmin: null,
    },
    secrets: {
      postgresPassword: address.password.reveal('to hand it to the hub'),
      hubKey: Buffer.alloc(32, 3).toString('base64'),
      hours: dealHours(new Secret(Buffer.alloc(32, 4)), 0),
    },
  };
}
