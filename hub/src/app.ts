// The composition root: the only file that knows every module and every surface. It opens things in order, and
// whatever was opened is closed in reverse when a later step fails or the hub stops.
import { systemClock } from '@holdfast/kernel/clock';
import { type ChainFlaw } from '@holdfast/platform/chained-records';
import { openInheritedChannel } from '@holdfast/platform/channel';
import { type HourRoots } from '@holdfast/platform/hour-keys';
import { type Log } from '@holdfast/platform/log';
import { Metrics } from '@holdfast/platform/metrics';
import { Passages } from '@holdfast/platform/pass-on';
import { type HubStart } from '@holdfast/supervisor/settings';
import { EntrySearch, Erasure } from '#modules/ledger';
import { type RemovalsPlace } from '#modules/removals';
import { RepoReader } from '#modules/repos';
import { TokenScopes } from '#modules/tokens';
import { CourierLink } from './courier-link.ts';
import { type EndpointSilence } from './endpoint-silence.ts';
import { firstStart, recordFlaw } from './first-start.ts';
import { openModules, type Modules } from './modules.ts';
import { openJobs } from './jobs.ts';
import { listenOn } from './listen.ts';
import { openPages } from './pages.ts';
import { ChannelToRunner } from './runner-link.ts';
import { settleRemovals } from './taken-removals.ts';
import { adminServer } from './surfaces/admin/server.ts';
import { hubWithSpaces } from './surfaces/hub-and-spaces.ts';
import { LiveStreams } from './surfaces/http/live-streams.ts';
import { RateLimiter } from './surfaces/route/rate-limit.ts';
import { ChannelToVault } from './vault-link.ts';

/** Descriptors on which the supervisor hands over what it has bound. */
const HTTP_FD = 4;
const ADMIN_FD = 5;
const COURIER_FD = 6;
const RUNNER_FD = 7;
const VAULT_FD = 8;

// Seconds; from a cached answer to a large upload.
const DURATIONS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60];

/** The hub, serving. Disposing it drains what is under way. */
export interface App extends AsyncDisposable {
  /** Whether this start made the first administrator. */
  readonly adminCreated: boolean;
  /** What is wrong with the file of removals; nobody is served then. */
  readonly removalsFlaw: ChainFlaw | undefined;
}

function scopesOf({ db, identity }: Modules): TokenScopes {
  return new TokenScopes({
    identity,
    findRepo: async (type, name) => (await new RepoReader(db).findByName(type, name))?.repo,
  });
}

interface OperatorsParts {
  readonly scopes: TokenScopes;
  readonly entrySearch: EntrySearch;
  readonly erasure: Erasure;
}

function operatorsParts(modules: Modules): OperatorsParts {
  const { db } = modules;
  return {
    scopes: scopesOf(modules),
    entrySearch: new EntrySearch(db),
    erasure: new Erasure(db),
  };
}

function declareGauges(
  metrics: Metrics,
  { ledgerLag, durability, scrub, removals }: Modules,
  streams: LiveStreams,
): void {
  metrics.gauge('holdfast_resident_bytes', 'Resident memory of the hub.', () => process.memoryUsage.rss());
  metrics.gauge('holdfast_open_streams', 'Uploads and downloads under way.', () => streams.size);
  metrics.gauge(
    'holdfast_damaged_objects',
    'Objects, packs and git objects found damaged.',
    () => scrub.damaged,
  );
  const waiting = 'Revocations that were taken and are not in the database yet.';
  metrics.gauge('holdfast_removals_waiting', waiting, () => removals.waiting);
  const durable = 'Whether the database keeps what it acknowledged when the power goes.';
  metrics.gauge('holdfast_database_durable', durable, () => {
    const { lacks } = durability;
    if (lacks === undefined) return NaN;
    return lacks.length === 0 ? 1 : 0;
  });
  const lag = 'How long the oldest entry has waited for the notary.';
  metrics.gauge('holdfast_ledger_lag_seconds', lag, () => ledgerLag.seconds);
  metrics.gauge('holdfast_ledger_ordered_entries', 'Entries in the tree.', () => ledgerLag.ordered);
}

function openCourier(
  { sendsMail, singleSignOn }: HubStart['settings'],
  opened: AsyncDisposableStack,
  log: Log,
): { readonly carrier: CourierLink | undefined; readonly issuer: CourierLink | undefined } {
  if (!sendsMail && singleSignOn === null) return { carrier: undefined, issuer: undefined };
  const link = new CourierLink(opened.use(openInheritedChannel(COURIER_FD)), log);
  return { carrier: sendsMail ? link : undefined, issuer: singleSignOn === null ? undefined : link };
}

function openRunner(
  { spaces, sealed }: HubStart['settings'],
  opened: AsyncDisposableStack,
  log: Log,
): ChannelToRunner | undefined {
  // In a state that lacks what came after it nothing is run: it may have been deleted since.
  if (spaces === null || sealed !== null) return undefined;
  return new ChannelToRunner(opened.use(openInheritedChannel(RUNNER_FD)), log);
}

/** The ways to the other processes. */
function openOutside(settings: HubStart['settings'], opened: AsyncDisposableStack, log: Log) {
  return {
    ...{ ...openCourier(settings, opened, log), runner: openRunner(settings, opened, log) },
    // Where no vault can be, the supervisor says so to whoever asks.
    vault: new ChannelToVault(opened.use(openInheritedChannel(VAULT_FD)), log),
  };
}

function servingOf(settings: HubStart['settings'], modules: Modules) {
  const { windowSeconds, resolve, api, exemptLoopback } = settings.rateLimits;
  return {
    trustedProxies: settings.trustedProxies,
    rateLimiter: new RateLimiter({ quotas: { api, resolve }, windowSeconds, clock: systemClock }),
    exemptLoopback,
    authentication: modules.authentication,
    refusals: modules.refusals,
    anonymousMayRead: settings.access === 'anonymous',
    address: { publicUrl: settings.publicUrl, port: settings.port },
  };
}

/** What it gets beside the settings. */
interface AppDeps {
  readonly log: Log;
  readonly keepHead: RemovalsPlace['keepHead'];
  readonly silence: Pick<EndpointSilence, 'silent'>;
  readonly hours: HourRoots;
}

/** Before anybody is served: what was ended must not work for an instant after a start. */
async function settleBefore(modules: Modules, settings: HubStart['settings']): Promise<void> {
  await recordFlaw(modules, settings);
  await settleRemovals(modules);
  await modules.singleSignOn?.sealBefore();
}

/** Opens everything and begins to serve. */
export async function openApp(start: HubStart, { silence, ...deps }: AppDeps): Promise<App> {
  const { settings } = start;
  const { log } = deps;
  const metrics = new Metrics();
  await using opened = new AsyncDisposableStack();
  const outside = openOutside(settings, opened, log);
  const modules = opened.use(await openModules(start, { ...deps, clock: systemClock, ...outside }));
  await settleBefore(modules, settings);
  const adminCreated = await firstStart(modules, start);
  const flawed = settings.removals.acceptLoss ? undefined : modules.removals.flaw;
  const sealed = settings.sealed !== null || flawed !== undefined;
  opened.use(await openJobs(modules, { log, sealed }));
  modules.runs?.start();
  const passages = opened.use(new Passages());

  const shared = {
    log,
    limits: settings.limits,
    requests: metrics.counter('holdfast_http_requests_total', 'Answered requests by operation and status.'),
    durations: metrics.histogram('holdfast_http_request_seconds', 'Time to the end of an answer.', DURATIONS),
  };
  const streams = new LiveStreams({ ...modules, clock: systemClock });
  declareGauges(metrics, modules, streams);
  const silent = 'Whether the endpoint for checkpoints does not tell which it has last.';
  metrics.gauge('holdfast_checkpoint_endpoint_silent', silent, () => (silence.silent ? 1 : 0));
  const pages = await openPages(settings, modules, log);
  const { version, limits } = settings;
  const hub = await hubWithSpaces(
    {
      ...{ ...modules, ...pages, metrics, streams, sealed, version, limits, passages },
      ...{ spacesHost: settings.spacesHost, visitFolder: settings.spaces?.visit ?? null },
    },
    { ...shared, ...servingOf(settings, modules), sealed },
  );
  const admin = adminServer({ ...modules, ...operatorsParts(modules), sealed }, shared);
  opened.use(await listenOn(hub, HTTP_FD));
  opened.use(await listenOn(admin, ADMIN_FD));
  const running = opened.move();
  return { adminCreated, removalsFlaw: flawed, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
