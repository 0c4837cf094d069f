// Two hubs of one database, each with a vault and a folder of keys: they work with one root key. Which one it is, the ledger says; a
// vault that has another hands nothing over and wraps nothing, and no key is destroyed while another vault has it in memory.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { copyFile, cp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { makeSealingPair, openSealing } from '@holdfast/kernel/sealing';
import { Secret } from '@holdfast/kernel/secret';
import { OPERATOR_TO_VAULT } from '@holdfast/vault/frames';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';
import { forgeEntry } from '../../harness/forged-entry.ts';
import { openScratch } from '../../harness/scratch.ts';
import { withPool } from '../../harness/shared-server.ts';
import { PlayedDoor, untilTrue } from '../../harness/vault-doors.ts';
import { BY, id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { entriesOf, startRun } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const OPERATOR = { operator: { osUser: 'root', terminal: null, command: 'vault' }, passphrase: null };

/** Two hubs' sites. */
interface Site extends AsyncDisposable {
  readonly one: { readonly database: TestDatabase; readonly folder: string };
  readonly other: { readonly database: TestDatabase; readonly folder: string };
  /** Puts a copy of the key of one into the other's folder. */
  bringKey(): Promise<void>;
}

async function openSite(): Promise<Site> {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openTestDatabase());
  const [here, there] = [
    opened.use(await openScratch('one')).path,
    opened.use(await openScratch('other')).path,
  ];
  const user = `holdfast_vault_${id()}`;
  const password = randomBytes(12).toString('hex');
  await withPool(database.superuser, async (pool) => {
    await pool.query(`create role ${user} login in role holdfast_vault password '${password}'`);
  });
  opened.defer(async () => {
    await withPool(database.superuser, async (pool) => void (await pool.query(`drop role ${user}`)));
  });
  const kept = opened.move();
  return {
    one: { database, folder: here },
    other: {
      database: { ...database, vault: { ...database.vault, user, password: new Secret(password) } },
      folder: there,
    },
    bringKey: async () => await copyFile(path.join(here, 'root.key'), path.join(there, 'root.key')),
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}

async function ask({ operator }: TestVault, type: string, more: object = {}): Promise<string> {
  const from = operator.frames.length;
  operator.say({ type, ...OPERATOR, ...more });
  const answer = await operator.until((frame) => operator.frames.indexOf(frame) >= from);
  return answer.type === 'refused' ? answer.message : answer.type;
}

const stateOf = ({ hub }: TestVault): string | null =>
  hub.frames.flatMap((frame) => (frame.type === 'state' ? [frame.sealed] : [])).at(-1) ?? null;

/** What the operator says to unseal it. */
function withPassphrase({ hub }: TestVault, passphrase: string): object {
  const state = hub.frames.find((frame) => frame.type === 'state');
  assert.ok(state?.type === 'state');
  const own = makeSealingPair();
  const box = openSealing(own, state.key, OPERATOR_TO_VAULT).seal(Buffer.from(passphrase), 'passphrase');
  return { passphrase: { key: own.publicKey, box } };
}

/** Writes an entry about the root key as somebody who is signed in there. */
async function tell(address: TestDatabase['vault'], kind: string, body: string): Promise<void> {
  await withPool(address, async (pool) => {
    await pool.query(
      `insert into ledger.entry (kind, subject, actor, credential, body) values ($1, 'vault:root', 'operator', '', $2)`,
      [kind, body],
    );
  });
}

/** Takes all names of root keys off the ledger, as a cut does. */
async function takeNames({ one }: Site): Promise<void> {
  await withPool(one.database.superuser, async (pool) => {
    await pool.query(
      `set session_replication_role = replica; delete from ledger.entry where kind = 'secret.root-named'`,
    );
  });
}

/** Waits until the other one has signed out. */
async function rotateAlone(vault: TestVault): Promise<void> {
  for (const giveUp = Date.now() + 30_000; ; await delay(50)) {
    const answer = await ask(vault, 'rotate');
    if (answer === 'status') return;
    assert.match(answer, /another vault/);
    assert.ok(Date.now() < giveUp, 'the other one is gone');
  }
}

const generationsOf = async (folder: string): Promise<number[]> => {
  const file = JSON.parse(await readFile(path.join(folder, 'root.key'), 'utf8')) as {
    generations: { n: number }[];
  };
  return file.generations.map(({ n }) => n);
};

void test('no key is destroyed while another vault is signed in', LIMIT, async () => {
  await using site = await openSite();
  await using one = await openTestVault(site.one);
  await one.write(id(), { key: 'A', value: 'a value' });
  await site.bringKey();
  await one.notary.stop();
  {
    await using other = await openTestVault(site.other);
    assert.equal(stateOf(other), null);
    // It has nothing to do for longer than a pool keeps what is idle.
    await delay(12_000);
    assert.match(await ask(one, 'rotate'), /another vault works on this database.*stop its hub, rotate/);
    assert.deepEqual(await generationsOf(site.one.folder), [1]);
    assert.equal((await other.write(id(), { key: 'B', value: 'a value' })).type, 'done');
  }
  await rotateAlone(one);
  assert.deepEqual(await generationsOf(site.one.folder), [2]);
});

void test('a vault that a rotation passed by hands nothing over until it has the key', LIMIT, async () => {
  await using site = await openSite();
  const space = id();
  {
    await using one = await openTestVault(site.one);
    await one.write(space, { key: 'A', value: 'a value' });
    await site.bringKey();
    await rotateAlone(one);
  }
  {
    await using other = await openTestVault(site.other);
    assert.match(stateOf(other) ?? '', /is not the one that the vaults of this database work with/);
    const refused = await other.write(id(), { key: 'B', value: 'a value' });
    assert.equal(refused.type === 'refused' && refused.why.code, 'sealed');
    assert.match(await ask(other, 'rotate'), /is not the one/);
  }
  {
    // Nor by accepting a loss, where there is something that the key does not open.
    await using other = await openTestVault({ ...site.other, start: { acceptLoss: true, restored: false } });
    assert.match(stateOf(other) ?? '', /is not the one/);
  }
  await site.bringKey();
  await using other = await openTestVault(site.other);
  assert.equal(stateOf(other), null);
  assert.equal((await startRun(other, space)).variables['A'], 'a value');
});

void test(
  'a vault makes no key of its own while another is signed in, and none that is not named',
  LIMIT,
  async () => {
    await using site = await openSite();
    await using one = await openTestVault(site.one);
    await one.notary.stop();
    {
      await using other = await openTestVault(site.other);
      assert.match(stateOf(other) ?? '', /is missing/);
    }
    await one.write(id(), { key: 'A', value: 'a value' });
    const [named] = await entriesOf(one, 'secret.root-named');
    assert.deepEqual(
      [named?.subject, named?.body['generation'], String(named?.body['key']).length],
      ['vault:root', 1, 32],
    );
    assert.equal((await entriesOf(one, 'secret.root-named')).length, 1);
  },
);

void test('of two keys that were made one by one, the later one is known', LIMIT, async () => {
  await using site = await openSite();
  {
    await using one = await openTestVault(site.one);
    assert.equal(stateOf(one), null);
  }
  {
    // Nothing was kept yet: it makes one behind the other's.
    await using other = await openTestVault(site.other);
    assert.equal(stateOf(other), null);
    assert.deepEqual(await generationsOf(site.other.folder), [2]);
  }
  await using one = await openTestVault(site.one);
  assert.match(stateOf(one) ?? '', /is not the one/);
});

void test(
  'a forged row keeps no rotation from ending, and no name that the vault did not write counts',
  LIMIT,
  async () => {
    await using site = await openSite();
    const { superuser } = site.one.database;
    const [space, forged] = [id(), id()];
    {
      await using one = await openTestVault(site.one);
      for (const where of [space, forged]) await one.write(where, { key: 'A', value: 'a value' });
      await withPool(superuser, async (pool) => {
        await pool.query(`update vault.space_key set wrapped = '\\x00' where space = $1`, [forged]);
      });
      // As the hub may not say, and as somebody who rules the database says.
      const said = { subject: 'vault:root', actor: 'operator', body: '{"generation":999999999,"key":"00"}' };
      await forgeEntry(superuser, { kind: 'secret.root-named', ...said });
      await rotateAlone(one);
      assert.deepEqual(await generationsOf(site.one.folder), [2]);
      const [rotated] = await entriesOf(one, 'secret.root-rotated');
      assert.deepEqual([rotated?.body['spaces'], rotated?.body['left']], [1, 1]);
      assert.ok(one.lines.some((line) => line.includes('does not open')));
    }
    await using again = await openTestVault(site.one);
    assert.equal(stateOf(again), null);
    assert.equal((await startRun(again, space)).variables['A'], 'a value');
  },
);

void test(
  'a key that another name closed is named again once the loss is accepted, where it opens all',
  LIMIT,
  async () => {
    await using site = await openSite();
    const space = id();
    {
      await using one = await openTestVault(site.one);
      await one.write(space, { key: 'A', value: 'a value' });
    }
    // As who has the password of another vault, whose key is nowhere.
    await tell(site.other.database.vault, 'secret.root-named', '{"generation":7,"key":"00"}');
    {
      await using one = await openTestVault(site.one);
      assert.match(stateOf(one) ?? '', /is not the one/);
    }
    {
      await using one = await openTestVault({ ...site.one, start: { acceptLoss: true, restored: false } });
      assert.equal(stateOf(one), null);
    }
    await using one = await openTestVault(site.one);
    assert.equal(stateOf(one), null);
    assert.equal((await startRun(one, space)).variables['A'], 'a value');
    assert.deepEqual(await generationsOf(site.one.folder), [1, 8]);
  },
);

void test('a lost key that is found again after another was begun is known as over', LIMIT, async () => {
  await using site = await openSite();
  {
    await using one = await openTestVault(site.one);
    await one.write(id(), { key: 'A', value: 'a value' });
    await site.bringKey();
    await rm(path.join(site.one.folder, 'root.key'));
    await ask(one, 'seal');
    assert.match(await ask(one, 'unseal'), /is missing/);
    assert.equal(await ask(one, 'begin-anew'), 'status');
  }
  await using other = await openTestVault(site.other);
  assert.match(stateOf(other) ?? '', /is not the one/);
});

void test(
  'an instance that rotated and began anew before keys were named is not closed by an update',
  LIMIT,
  async () => {
    await using site = await openSite();
    const space = id();
    {
      await using one = await openTestVault(site.one);
      await one.write(space, { key: 'A', value: 'a value' });
    }
    // As an earlier version left it: a rotation with its number, and a new beginning, with number 1 again and none on the ledger.
    await takeNames(site);
    await tell(site.one.database.vault, 'secret.root-rotated', '{"generation":2}');
    await tell(site.one.database.vault, 'secret.begun-anew', '{}');
    await using one = await openTestVault(site.one);
    assert.equal(stateOf(one), null);
    assert.equal((await startRun(one, space)).variables['A'], 'a value');
    assert.deepEqual(
      (await entriesOf(one, 'secret.root-named')).map(({ body }) => body['generation']),
      [1],
    );
  },
);

void test(
  'a vault that is passed by while it runs closes itself, and one whose name was cut away names itself again',
  LIMIT,
  async () => {
    await using site = await openSite();
    await using one = await openTestVault(site.one);
    await one.write(id(), { key: 'A', value: 'a value' });
    const names = async () => (await entriesOf(one, 'secret.root-named')).length;
    // It has looked at its name at least once.
    await delay(6_000);
    await one.notary.stop();
    await takeNames(site);
    await untilTrue('it is named again', async () => (await names()) === 1);
    assert.equal(stateOf(one), null);
    await tell(site.other.database.vault, 'secret.root-named', '{"generation":2,"key":"00"}');
    await untilTrue('it is closed', () => Promise.resolve(stateOf(one) !== null));
    assert.match(stateOf(one) ?? '', /is not the one/);
    const refused = await one.write(id(), { key: 'B', value: 'a value' });
    assert.equal(refused.type === 'refused' && refused.why.code, 'sealed');
  },
);

void test('a loss is accepted for a key that is opened later, too', LIMIT, async () => {
  await using site = await openSite();
  const space = id();
  {
    await using one = await openTestVault({ ...site.one, passphrase: 'correct horse' });
    await one.write(space, { key: 'A', value: 'a value' });
  }
  await tell(site.other.database.vault, 'secret.root-named', '{"generation":7,"key":"00"}');
  {
    await using one = await openTestVault(site.one);
    assert.match(await ask(one, 'unseal', withPassphrase(one, 'correct horse')), /is not the one/);
    assert.notEqual(stateOf(one), null);
  }
  await using one = await openTestVault({ ...site.one, start: { acceptLoss: true, restored: false } });
  assert.equal(await ask(one, 'unseal', withPassphrase(one, 'correct horse')), 'status');
  assert.equal((await startRun(one, space)).variables['A'], 'a value');
});

void test(
  'a deletion by another vault that meets a replacement wins in doors of this one',
  LIMIT,
  async () => {
    await using site = await openSite();
    await using one = await openTestVault(site.one);
    const space = id();
    const key = 'OPENAI_API_KEY';
    await one.write(space, { key, value: `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}` });
    const door = new PlayedDoor(one, await startRun(one, space));
    await site.bringKey();
    await one.notary.finish();
    await cp(path.join(site.one.folder, 'notary'), path.join(site.other.folder, 'notary'), {
      recursive: true,
    });
    await using other = await openTestVault(site.other);
    await other.notary.stop();
    const before = door.grants[0]?.[0]?.version ?? '';
    const writing = one.write(space, { key, value: `sk-proj-${'zY9xW7vU5tS3rQ1pO9nM7lK5jI3'.repeat(3)}` });
    await untilTrue('it waits', async () => (await entriesOf(one, 'secret.released')).length === 2);
    assert.ok((await door.ask(before)).uses > 0);
    other.hub.say({ type: 'delete', id: 900, space, name: key, by: BY });
    await other.hub.until((frame) => frame.type === 'done' && frame.id === 900);
    const began = performance.now();
    await untilTrue('the door is told', () => door.versions.length === 0);
    assert.ok(performance.now() - began < 1_500, 'as of any deletion');
    one.notary.goOn();
    assert.equal((await writing).type, 'done');
    await delay(1_200);
    // A vault that was kept from its work for a while gives again what its doors may use, of which this is none.
    assert.deepEqual(
      door.grants.flat().filter(({ version }) => version !== before),
      [],
    );
    assert.deepEqual(door.versions, []);
  },
);
