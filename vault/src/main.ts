// The vault's process: reads what the supervisor says, opens the root key, and hands secrets over until it is told to stop or left
// alone.
import { systemClock } from '@holdfast/kernel/clock';
import { Secret } from '@holdfast/kernel/secret';
import { parseVerifier } from '@holdfast/notary/note';
import { openInheritedChannel } from '@holdfast/platform/channel';
import { openLog } from '@holdfast/platform/log';
import { openDatabase, openPool } from '@holdfast/platform/postgres/database';
import { VaultStart } from '@holdfast/supervisor/settings';
import { openPair } from './box-key.ts';
import { catchUp } from './catch-up.ts';
import { Journal } from './journal.ts';
import { FileKeyHolder } from './key-holder.ts';
import { LedgerReader } from './ledger-store.ts';
import { openRoot, standByRoot } from './named-root.ts';
import { Vault } from './vault.ts';

const [HUB_FD, RUNNER_FD, OPERATOR_FD] = [4, 5, 6];

await using channel = openInheritedChannel();
const log = openLog('vault');
try {
  const { settings, secrets } = VaultStart.parse(await channel.next());
  const stopped = Promise.withResolvers<void>();
  channel.onFrame(() => stopped.resolve());
  void channel.closed.then(() => stopped.resolve());
  const pool = openPool(
    { ...settings.postgres, password: new Secret(secrets.postgresPassword) },
    {
      connections: 4,
      // Other vaults see by it that this one is there.
      kept: 1,
      applicationName: 'holdfast vault',
      onError: (err) => log.warn({ err }, 'a database connection was lost'),
    },
  );
  await using db = openDatabase(pool);
  await using journal = await Journal.open(`${settings.folder}/journal-${settings.instance}.jsonl`);
  const ledger = new LedgerReader(db);
  const keys = new FileKeyHolder(`${settings.folder}/root.key`);
  const passphrase = secrets.passphrase === null ? undefined : Buffer.from(secrets.passphrase, 'utf8');
  await openRoot({ db, keys, log }, passphrase);
  const pair = await openPair(`${settings.folder}/box-${settings.instance}.key`);
  const verifier = parseVerifier(settings.notary);
  if (verifier === undefined) throw new Error('the notary has no public key');
  await using stack = new AsyncDisposableStack();
  const [hub, runner, operator] = [HUB_FD, RUNNER_FD, OPERATOR_FD].map((fd) =>
    stack.use(openInheritedChannel(fd)),
  );
  if (hub === undefined || runner === undefined || operator === undefined)
    throw new Error('a channel is missing');
  const { instance, ours } = settings;
  const ground = { db, clock: systemClock, log, keys, journal, ledger, instance, ours };
  const behind =
    (await catchUp({ ...ground, pair }, { ...settings, writer: settings.postgres.user })) ??
    (await standByRoot({ ...ground, pair }, settings));
  stack.use(
    new Vault(
      { ...ground, pair },
      { hub, runner, operator },
      { verifier, behind, passphrase, acceptLoss: settings.acceptLoss },
    ),
  );
  channel.send({ type: 'ready' });
  await stopped.promise;
} catch (error) {
  log.error({ err: error }, 'the vault failed');
  process.exitCode = 1;
  channel.send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}
