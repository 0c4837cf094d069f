// The operator seals the vault while its database is away: it is sealed at once, and the record comes when the database is back, also
// through the next vault. It is not opened without a record.
import assert from 'node:assert/strict';
import test from 'node:test';
import { EntrySearch } from '../../../src/modules/ledger/index.ts';
import { openTestDatabase } from '../../harness/database.ts';
import { openScratch } from '../../harness/scratch.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { untilTrue } from '../../harness/vault-doors.ts';
import { id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { entriesOf } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const OPERATOR = { operator: { osUser: 'root', terminal: null, command: 'vault' }, passphrase: null };

/** Says something as the operator; gives the answer. */
async function ask({ operator }: TestVault, type: string) {
  const from = operator.frames.length;
  operator.say({ type, ...OPERATOR });
  return await operator.until((frame) => operator.frames.indexOf(frame) >= from);
}

/** Keeps the vault's role from the database until it is disposed of. */
async function shutOut({ database }: TestVault): Promise<AsyncDisposable> {
  const superuser = openSuperuserPool(database);
  const role = `"${database.vault.user}"`;
  await superuser.pool.query(`alter role ${role} nologin`);
  await superuser.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
    database.vault.user,
  ]);
  return {
    [Symbol.asyncDispose]: async () => {
      await superuser.pool.query(`alter role ${role} login`);
      await superuser[Symbol.asyncDispose]();
    },
  };
}

void test(
  'a vault is sealed while its database is away, and that is recorded once it is back',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    await vault.write(id(), { key: 'A', value: 'a-value' });
    {
      await using away = await shutOut(vault);
      assert.ok(away);
      const answer = await ask(vault, 'seal');
      assert.ok(answer.type === 'status' && answer.sealed !== null && answer.kept === null);
      assert.equal((await ask(vault, 'unseal')).type, 'refused', 'it is not opened without a record');
      const after = await ask(vault, 'status');
      assert.ok(after.type === 'status' && after.sealed !== null);
    }
    await untilTrue('it is recorded', async () => (await entriesOf(vault, 'secret.vault-sealed')).length > 0);
    const opened = await ask(vault, 'unseal');
    assert.ok(opened.type === 'status' && opened.sealed === null && opened.kept?.secrets === 1);
    assert.equal((await entriesOf(vault, 'secret.vault-unsealed')).length, 1);
  },
);

void test(
  'a vault that ends before it could record that it was sealed has the next one do it',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using scratch = await openScratch('sealing');
    const site = { database, folder: scratch.path };
    {
      const first = await openTestVault(site);
      await using away = await shutOut(first);
      assert.ok(away);
      const answer = await ask(first, 'seal');
      assert.ok(answer.type === 'status' && answer.sealed !== null);
      await first[Symbol.asyncDispose]();
    }
    // Starts that the ledger refuses leave it to the next one, and make nothing of it.
    await using superuser = openSuperuserPool(database);
    await superuser.pool.query(
      `create function ledger.not_now() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
       create trigger not_now before insert on ledger.entry for each row when (new.kind = 'secret.vault-sealed')
         execute function ledger.not_now()`,
    );
    for (let starts = 0; starts < 3; starts += 1) await assert.rejects(openTestVault(site), /no/);
    await superuser.pool.query('drop trigger not_now on ledger.entry');
    for (let starts = 0; starts < 2; starts += 1) {
      await using next = await openTestVault(site);
      const { items } = await new EntrySearch(next.database.db).list({ kind: 'secret.' }, { limit: 10 });
      assert.deepEqual(
        items.map(({ kind }) => kind),
        ['secret.vault-sealed', 'secret.root-named'],
        'once, and it does not say that it was not done',
      );
    }
  },
);
