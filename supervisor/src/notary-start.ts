// Starts the notary and keeps it running: after the preparation, before the hub, and ended after it, so that what the hub
// records last is signed, too.
import { basename, dirname } from 'node:path';
import { ensureFolder, exists } from '@holdfast/platform/private-files';
import { LaunchedChild, type ReadyChild } from './child.ts';
import { groundOf } from './child-ground.ts';
import { type Database } from './database.ts';
import { EndpointSilence } from './endpoint-silence.ts';
import { Keeper, type Kept } from './keeper.ts';
import { type Mount } from './separation/confinement.ts';
import {
  BecameSealed,
  EndpointState,
  type MissingEntries,
  type NotaryStart,
  type Settings,
} from './settings.ts';
import { type Site } from './site.ts';

/** What the notary found of what it signed before. */
export type NotaryStanding = Pick<Settings, 'sealed' | 'lost'>;

/** A notary whose process loads while the database starts. */
export interface LaunchedNotary {
  /** Lets it work; disposing of what is returned ends it. Throws `childFailed`. */
  start(): Promise<RunningNotary>;
}

/** A notary at work. */
export interface RunningNotary extends AsyncDisposable {
  readonly standing: NotaryStanding;
  /** Settles when it finds, after a start at which all was there, that something is not there any more. */
  readonly becameSealed: Promise<MissingEntries>;
  /** Whether the endpoint for checkpoints does not tell which it has last. */
  readonly silence: EndpointSilence;
}

/** How long its last round may take, in milliseconds. */
const FAREWELL = 10_000;
/** What an endpoint for checkpoints may add to its start: the notary asks for twenty seconds, and five for the last answer. */
const ASKING = 30_000;

/** The role that the notary of an instance signs in as. */
export function notaryUser(instance: string): string {
  return `holdfast_notary_${instance}`;
}

/** Launches it. It waits for `start`. */
export async function launchNotary(site: Site, database: Database): Promise<LaunchedNotary> {
  const own: Mount = { from: site.layout.notary, to: '/var/lib/notary', access: 'write' };
  const exported = await viewCheckpointFile(site);
  const { url, witnesses } = site.config.file.checkpoints;
  const asks = url !== null || witnesses.length > 0;
  const mounts = [...database.mounts, own, ...(exported === undefined ? [] : [exported.mount])];
  const ground = groundOf(site, 'notary', { mounts, network: database.network || asks });
  const launch = (): LaunchedChild =>
    new LaunchedChild({ ...ground, extra: [site.hubLock.descriptor], log: site.logs.of('notary') });
  const first = launch();
  const start: NotaryStart = {
    type: 'start',
    settings: {
      folder: site.confiner.pathOf(own),
      postgres: { ...database.address, user: notaryUser(site.instance) },
      checkpoints: { file: exported?.path ?? null, url, witnesses },
      keepDays: site.config.file.ledger.keepDays,
      acceptLoss: site.acceptLoss,
      restored: site.restored,
      goesOn: false,
    },
    secrets: { postgresPassword: site.keys.notaryPassword.reveal('the notary signs in with it') },
  };
  return { start: async () => await keepNotary(site, start, { first, launch }) };
}

interface Launches {
  readonly first: LaunchedChild;
  readonly launch: () => LaunchedChild;
}

async function keepNotary(site: Site, start: NotaryStart, launches: Launches): Promise<RunningNotary> {
  const { timeouts, checkpoints } = site.config.file;
  const timeout = timeouts.start + (checkpoints.url === null ? 0 : ASKING);
  const ready = await launches.first.begin(start, timeout);
  const standing = { sealed: ready.answer.sealed ?? null, lost: ready.answer.lost ?? null };
  present(site, standing);
  const { promise: becameSealed, resolve } = Promise.withResolvers<MissingEntries>();
  let isWell = standing.sealed === null;
  const seal = (sealed: MissingEntries): void => {
    isWell = false;
    if (standing.sealed === null) resolve(sealed);
  };
  void becameSealed.then((sealed) => {
    present(site, { sealed, lost: null });
  });
  const silence = new EndpointSilence();
  let next: ReadyChild | undefined = ready;
  const keeper = await Keeper.open({
    name: 'notary',
    start: async () => {
      const running =
        next ?? (await launches.launch().begin(nextStart(start, { ...standing, isWell }), timeout));
      next = undefined;
      if (running.answer.sealed !== undefined) seal(running.answer.sealed);
      const silent = running.answer.silent ?? false;
      silence.set(silent);
      if (silent) warnOfSilence(site);
      return keptOf(running, { seal, silence });
    },
    report: (message) => {
      site.console.warn(message);
    },
  });
  return { standing, becameSealed, silence, [Symbol.asyncDispose]: () => keeper.stop() };
}

// What was lost once is not lost again because the notary was started anew.
function nextStart(
  { settings, ...start }: NotaryStart,
  { lost, isWell }: Pick<NotaryStanding, 'lost'> & { readonly isWell: boolean },
): NotaryStart {
  const restored = settings.restored && lost === null;
  return { ...start, settings: { ...settings, acceptLoss: false, restored, goesOn: isWell } };
}

interface Listeners {
  readonly seal: (sealed: MissingEntries) => void;
  readonly silence: EndpointSilence;
}

// oxlint-disable-next-line max-params -- who runs, and who is told what it says
function keptOf({ process, channel }: ReadyChild, { seal, silence }: Listeners): Kept {
  channel.onFrame((frame) => {
    const said = BecameSealed.safeParse(frame);
    if (said.success) seal(said.data.sealed);
    const endpoint = EndpointState.safeParse(frame);
    if (endpoint.success) silence.set(endpoint.data.silent);
  });
  const kill = (): void => {
    process.kill();
  };
  // Without its channel it cannot be asked to end, and it has nothing to say.
  void channel.closed.then(() => setTimeout(kill, FAREWELL).unref());
  return {
    ended: process.exited,
    kill,
    stop: async () => {
      channel.send({ type: 'stop' });
      const timer = setTimeout(kill, FAREWELL);
      await process.exited;
      clearTimeout(timer);
    },
  };
}

function present({ console }: Site, { sealed, lost }: NotaryStanding): void {
  if (sealed !== null) {
    console.event('sealed', sealed);
    console.warn(
      `This instance is sealed: ${describe(sealed)}. Clients are answered 503. What was revoked in between would work ` +
        'again: restore a newer state, or revoke it again with `./holdfast admin` and start with --accept-loss ' +
        '(docs/operating.md, Restore)',
    );
  }
  if (lost !== null)
    console.warn(
      `The loss is accepted, and a new epoch of the ledger begins: ${describe(lost)}. Refresh tokens of applications end with it: ` +
        'people sign in to them again. So do open invitations and all recovery codes: nobody knows which were used. Invite anew; ' +
        'people make new codes on their page of the second factor',
    );
}

function warnOfSilence({ console }: Site): void {
  console.warn(
    'The endpoint for checkpoints does not tell which it has last (logs/notary.log says why). It is asked on, nothing is sent ' +
      'there until it tells, and this instance is sealed should it know of entries that are missing here',
  );
}

function describe({ why, signed, found }: MissingEntries): string {
  if (why === 'restored')
    return `it came out of a backup, and nobody here knows what was done after its ${String(found)} entries`;
  if (why === 'untold')
    return (
      `the endpoint for checkpoints did not tell which it has last, and no file of checkpoints does, so that nobody knows ` +
      `whether entries are missing after the ${String(found)} that are here. Start again once it answers`
    );
  const counts = `${String(signed)} entries of the ledger were signed`;
  return why === 'behind'
    ? `${counts}, and the database has ${String(found)} of them`
    : `${counts}, and the database has others, or other chains of them, in their place`;
}

// The folder is shown, because a file is replaced whole. One that is not there is made for the notary; one that is there
// is the operator's, who says who may write.
async function viewCheckpointFile(site: Site): Promise<{ mount: Mount; path: string } | undefined> {
  const { file } = site.config.file.checkpoints;
  if (file === null) return undefined;
  const mount: Mount = { from: dirname(file), to: '/var/lib/checkpoints', access: 'write' };
  const owner = site.accounts?.notary;
  if (!exists(mount.from)) await ensureFolder(mount.from, { mode: 0o755, ...(owner && { owner }) });
  return { mount, path: `${site.confiner.pathOf(mount)}/${basename(file)}` };
}
