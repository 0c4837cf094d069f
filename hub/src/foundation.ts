// Opens what every module stands on: the database, what tells of changes, keys, and the object store.
import { type Clock } from '@holdfast/kernel/clock';
import { Secret } from '@holdfast/kernel/secret';
import { BufferPool } from '@holdfast/platform/buffer-pool';
import { type HourRoots } from '@holdfast/platform/hour-keys';
import { Keys } from '@holdfast/platform/keys';
import { type Log } from '@holdfast/platform/log';
import { FreeSpace, measureSpace } from '@holdfast/platform/objects/free-space';
import { openDiskStore } from '@holdfast/platform/objects/disk';
import { openDatabase, openPool } from '@holdfast/platform/postgres/database';
import { Durability } from '@holdfast/platform/postgres/durability';
import { Epochs } from '@holdfast/platform/postgres/epochs';
import { Threads } from '@holdfast/platform/threads';
import { type HubStart } from '@holdfast/supervisor/settings';
import { openRemovals, type RemovalsPlace } from '#modules/removals';

const CONNECTIONS = 12;

/** Opens it. Disposing the result ends the threads, and closes the object store
 * and the database. */
export async function openFoundation(
  { settings, secrets }: HubStart,
  shared: { log: Log; clock: Clock; keepHead: RemovalsPlace['keepHead']; hours: HourRoots },
) {
  await using opened = new AsyncDisposableStack();
  const { log, clock } = shared;
  const { limits } = settings;
  const pool = openOurPool(settings, secrets, log);
  const db = opened.use(openDatabase(pool));
  const epochs = opened.use(new Epochs({ db, clock }));
  await epochs.read();
  epochs.start();
  const keys = new Keys(new Secret(Buffer.from(secrets.hubKey, 'base64')), shared.hours);
  const place = { ...settings.removals, instance: settings.instance, keepHead: shared.keepHead };
  const removals = opened.use(await openRemovals(place, { keys, clock, log }));
  const buffers = new BufferPool();
  const reserve = { bytes: limits.reservedBytes, share: limits.reservedShare };
  // One for all that is written there, objects and what requests put aside: what one is promised, another must not have.
  const space = new FreeSpace({ measure: () => measureSpace(settings.objects), reserve });
  const store = opened.use(
    await openDiskStore({ root: settings.objects, instance: settings.instance, buffers, space }),
  );
  const threads = opened.use(new Threads());
  const running = opened.move();
  return {
    log,
    db,
    pool,
    durability: new Durability(pool),
    epochs,
    keys,
    removals,
    clock,
    store,
    buffers,
    threads,
    space,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function openOurPool(
  { postgres }: HubStart['settings'],
  { postgresPassword }: HubStart['secrets'],
  log: Log,
): ReturnType<typeof openPool> {
  return openPool(
    { ...postgres, password: new Secret(postgresPassword) },
    {
      connections: CONNECTIONS,
      applicationName: 'holdfast hub',
      onError: (err) => log.warn({ err }, 'a database connection was lost'),
    },
  );
}

/** What every module stands on, open. */
export type Foundation = Awaited<ReturnType<typeof openFoundation>>;
