// The notary's process: reads what the supervisor says, and orders and signs until it is told to stop or left alone.
import { once } from 'node:events';
import { systemClock } from '@holdfast/kernel/clock';
import { Secret } from '@holdfast/kernel/secret';
import { openInheritedChannel } from '@holdfast/platform/channel';
import { openLog } from '@holdfast/platform/log';
import { openDatabase, openPool } from '@holdfast/platform/postgres/database';
import { NotaryStart } from '@holdfast/supervisor/settings';
import { Notary } from './notary.ts';
import { openOwnFolder } from './own-folder.ts';
import { Places } from './places.ts';
import { Witnesses } from './witnesses.ts';

await using channel = openInheritedChannel();
const log = openLog('notary');
try {
  const { settings, secrets } = NotaryStart.parse(await channel.next());
  const stop = new AbortController();
  channel.onFrame(() => stop.abort());
  void channel.closed.then(() => stop.abort());
  const folder = await openOwnFolder(settings.folder);
  const pool = openPool(
    { ...settings.postgres, password: new Secret(secrets.postgresPassword) },
    {
      connections: 2,
      applicationName: 'holdfast notary',
      onError: (err) => log.warn({ err }, 'a database connection was lost'),
    },
  );
  await using db = openDatabase(pool);
  await using places = new Places(settings.checkpoints, folder, log);
  await using witnesses = new Witnesses(settings.checkpoints.witnesses, { db, log });
  const onTold = (): void => channel.send({ type: 'endpoint', silent: false });
  const { notary, silent, sealed, lost } = await Notary.open(
    { db, folder, places, witnesses, log, clock: systemClock, keepDays: settings.keepDays, onTold },
    settings,
  );
  channel.send({
    type: 'ready',
    ...(silent && { silent }),
    ...(sealed && { sealed }),
    ...(lost && { lost }),
  });
  const missing = sealed ?? (await notary?.run(stop.signal));
  if (missing !== undefined) {
    log.error({ sealed: missing }, 'the database lacks what was signed: nothing is signed any more');
    channel.send({ type: 'sealed', sealed: missing });
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
  }
} catch (error) {
  log.error({ err: error }, 'the notary failed');
  process.exitCode = 1;
  channel.send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}
