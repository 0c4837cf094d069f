// Somebody guesses tokens and names of repositories. It shows in the ledger, and cannot be used to drown it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MiB } from '@holdfast/kernel/size';
import { type Db } from '@holdfast/platform/postgres/database';
import { sql } from 'kysely';
import { LedgerReader, Refusals } from '../../src/modules/ledger/index.ts';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { openNotaryFolder, openTestNotary } from '../harness/notary.ts';
import { callRefused } from '../harness/refused-calls.ts';
import { openServedHub } from '../harness/served-hub.ts';
import { withPool } from '../harness/shared-server.ts';

const LOAD_MS = 5_000;

interface Noted {
  readonly kind: string;
  readonly actor: string;
  readonly body: { readonly code: string; readonly count: number; readonly minute: string };
}

async function notedIn(database: Pick<TestDatabase, 'db'>): Promise<Noted[]> {
  const entries = await new LedgerReader(database.db).listOfSubject('instance');
  return entries
    .filter(({ kind }) => kind.startsWith('refusal.'))
    .map(({ kind, actor, body }) => ({ kind, actor, body: JSON.parse(body) as Noted['body'] }));
}

void test('refused calls are in the ledger: the first of a sort, and how many there were', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addUser('bob');
  await hub.addRepo('bob/secret');
  const ask = async (path: string, authorization?: string): Promise<number> => {
    const headers = authorization === undefined ? {} : { authorization: `Bearer ${authorization}` };
    return (await fetch(hub.url + path, { headers })).status;
  };
  for (let n = 0; n < 3; n += 1) assert.equal(await ask('/api/whoami-v2', 'hf_guess'), 401);
  assert.equal(await ask('/api/models/bob/secret', token), 404);
  assert.equal(await ask('/metrics', token), 403);
  assert.equal(await ask('/api/models/ada/none/tree/main/no/such/file'), 401);
  await hub.modules.refusals.flush();
  await hub.modules.refusals.close();
  const noted = await notedIn(hub.database);
  const { actor } = await hub.modules.authentication.authenticate(token);
  const of = (code: string) =>
    noted.filter(({ body }) => body.code === code).map((one) => [one.kind, one.actor, one.body.count]);
  assert.deepEqual(of('token.rejected'), [['refusal.noted', 'anonymous', 3]]);
  assert.deepEqual(of('repo.missing'), [['refusal.noted', `user:${actor.userId}`, 1]]);
  assert.deepEqual(of('request.operator-only'), [['refusal.noted', `user:${actor.userId}`, 1]]);
  assert.deepEqual(of('repo.sign-in-needed'), [['refusal.noted', 'anonymous', 1]]);
  assert.equal(noted.length, 4);
});

void test('600,000 refusals in a minute, each from another address, add less than 1 MB', async () => {
  await using database = await openTestDatabase();
  const { db } = database;
  const clock = { ms: 60_000_000, now: () => new Date(clock.ms) };
  const refusals = new Refusals({ db, clock });
  const size = async (): Promise<number> => {
    const { rows } = await sql<{ bytes: string }>`
      select pg_total_relation_size('ledger.entry') + pg_total_relation_size('ledger.personal') as bytes`.execute(
      db.withTables(),
    );
    return Number(rows[0]?.bytes);
  };
  const before = await size();
  for (let n = 0; n < 600_000; n += 1) {
    const address = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
    refusals.note({ code: 'token.rejected', actor: 'anonymous', credential: '', address });
    if (n % 1_000 === 0)
      refusals.note({ code: 'token.rejected', actor: 'anonymous', credential: '', address: '10.0.0.1' });
    if (n % 100_000 === 0) await refusals.flush();
  }
  clock.ms += 60_000;
  await refusals.flush();
  const grown = (await size()) - before;
  assert.ok(grown < MiB, `${grown} bytes`);
  const noted = await notedIn(database);
  const total = noted.reduce((sum, { body }) => sum + body.count, 0);
  assert.equal(total, 600_600, 'every one is counted');
  assert.ok(noted.length < 700, String(noted.length));
});

void test('as many refusals as the machine gives add less than 1 MB in a minute, and others are answered', async (t) => {
  await using hub = await openServedHub({ trustedProxies: ['127.0.0.1'] });
  await using folder = await openNotaryFolder();
  await using notary = await openTestNotary(hub.database.notary, folder);
  const authorization = `Bearer ${await hub.addUser('ada')}`;
  const { refusals } = hub.modules;
  await notary.round();
  const before = await ledgerBytes(hub.database);
  const over = AbortSignal.timeout(LOAD_MS);
  const load = callRefused(hub.port, over);
  let others = 0;
  while (!over.aborted) {
    const answer = await fetch(`${hub.url}/api/whoami-v2`, { headers: { authorization } });
    assert.equal(answer.status, 200, await answer.text());
    others += 1;
    if (others % 10 === 0) await refusals.flush();
  }
  const refused = await load;
  hub.passTime(1);
  await refusals.flush();
  await notary.round();
  const grown = (await ledgerBytes(hub.database)) - before;
  const noted = await notedIn(hub.database);
  // The load may have gone on from one minute into the next.
  const minutes = new Set(noted.map(({ body }) => body.minute)).size;
  const rate = Math.round(refused / (LOAD_MS / 1_000));
  t.diagnostic(
    `${rate} refusals a second; ${grown} bytes in ${minutes} minutes; ${others} other calls answered`,
  );
  assert.equal(
    noted.reduce((sum, { body }) => sum + body.count, 0),
    refused,
    'every one is counted',
  );
  assert.ok(refused > 2_000, 'more than the senders that are told apart in a minute, many times over');
  assert.ok(grown < minutes * MiB, `${grown} bytes`);
  // However fast the machine is, the others get their share of it.
  assert.ok(others * 1_000 > refused, `${others} calls of others were answered`);
});

/** What the ledger and the notary take on the disk, indexes and all. */
async function ledgerBytes({ superuser }: TestDatabase): Promise<number> {
  return await withPool(superuser, async (pool) => {
    const { rows } = await pool.query<{ bytes: string }>(
      `select sum(pg_total_relation_size(oid)) as bytes from pg_class
        where relnamespace in ('ledger'::regnamespace, 'notary'::regnamespace) and relkind = 'r'`,
    );
    return Number(rows[0]?.bytes);
  });
}

void test('refusals while the database is away are kept, bounded, and written when it is back', async () => {
  await using database = await openTestDatabase();
  const clock = { ms: 60_000_000, now: () => new Date(clock.ms) };
  let away = true;
  const db: Pick<Db, 'transaction'> = {
    transaction: async (work) => {
      if (away) throw new Error('the database is away');
      return await database.db.transaction(work);
    },
  };
  const refusals = new Refusals({ db, clock });
  for (let minute = 0; minute < 20; minute += 1) {
    for (let n = 0; n < 1_000; n += 1)
      refusals.note({
        code: 'token.rejected',
        actor: 'anonymous',
        credential: '',
        address: `10.0.${minute}.${n}`,
      });
    await assert.rejects(refusals.flush());
    clock.ms += 60_000;
  }
  away = false;
  await refusals.flush();
  const noted = await notedIn(database);
  assert.ok(noted.length <= 2_001, String(noted.length));
  assert.equal(
    noted.reduce((sum, { body }) => sum + body.count, 0),
    20_000,
  );
});
