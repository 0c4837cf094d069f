// A value in the place of another goes to doors of runs that live once its release is signed, and the one before goes on meanwhile: for
// each of several runs, whatever happens to the entry, the secret and the vault until then.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { PlayedDoor, untilTrue } from '../../harness/vault-doors.ts';
import { BY, id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { entriesOf, startRun } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const OPENAI = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;
const NEXT = `sk-proj-${'zY9xW7vU5tS3rQ1pO9nM7lK5jI3'.repeat(3)}`;
const LAST = `sk-proj-${'qW2eR4tY6uI8oP0aS1dF3gH5jK7'.repeat(3)}`;
const ANTHROPIC = [`sk-ant-api03-${'b'.repeat(80)}AA`, `sk-ant-api03-${'c'.repeat(80)}AA`] as const;
const OPERATOR = { operator: { osUser: 'root', terminal: null, command: 'vault' }, passphrase: null };

/** A Space with a brokered secret and its runs, told as delivered, while the notary signs nothing more. */
async function openRuns(vault: TestVault, count: number) {
  const space = id();
  await vault.write(space, { key: 'OPENAI_API_KEY', value: OPENAI });
  await vault.write(space, { key: 'ANTHROPIC_API_KEY', value: ANTHROPIC[0] });
  const runs = [];
  for (let n = 0; n < count; n += 1) runs.push(await startRun(vault, space));
  for (const { run } of runs) vault.runner.say({ type: 'delivered', run });
  await untilTrue(
    'all is delivered',
    async () => (await entriesOf(vault, 'secret.delivered')).length === 2 * count,
  );
  await vault.notary.finish();
  const doors = runs.map((run) => new PlayedDoor(vault, run));
  return { space, runs, doors, before: versionOf(doors[0], 'OPENAI_API_KEY') };
}

function versionOf(door: PlayedDoor | undefined, name: string): string {
  return door?.grants.at(-1)?.find((one) => one.name === name)?.version ?? assert.fail(`${name} is granted`);
}

function valuesOf(door: PlayedDoor): readonly string[] {
  return door.grants.at(-1)?.map(({ value }) => value.toString()) ?? [];
}

async function untilOnRecord(vault: TestVault, count: number): Promise<void> {
  await untilTrue(
    `${count} releases are on the ledger`,
    async () => (await entriesOf(vault, 'secret.released')).length === count,
  );
}

/**
 * As who rules the database: all releases that are not signed yet. What is recorded after them hides from a vault that starts that its
 * ledger is short.
 */
async function deleteReleases(vault: TestVault): Promise<void> {
  await using behind = openSuperuserPool(vault.database);
  await behind.pool.query(`begin; set local session_replication_role = replica;
    delete from ledger.entry e where kind = 'secret.released' and not exists (select from notary.writer w
      join notary.leaf l on l.writer = w.id and l.lane = e.lane and l.n = e.n where w.name = e.writer); commit`);
  assert.equal((await vault.write(id(), { key: 'OTHER', value: 'a value' })).type, 'done');
}

for (const overlapSeconds of [0, 600])
  void test(
    `two runs go on with the value before until the next one is signed, and then both have that, with an overlap of ${overlapSeconds}`,
    LIMIT,
    async () => {
      await using vault = await openTestVault();
      const { space, doors, before } = await openRuns(vault, 2);
      const writing = vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT, overlapSeconds });
      await untilOnRecord(vault, 6);
      // Doors are told twice what the database says meanwhile.
      await delay(1_200);
      for (const door of doors) {
        assert.equal(door.grants.length, 1, 'it waits');
        assert.ok(door.versions.includes(before));
        assert.ok((await door.ask(before)).uses > 0, 'and the app is not without it');
      }
      vault.notary.goOn();
      assert.equal((await writing).type, 'done');
      for (const door of doors) {
        assert.deepEqual(new Set(valuesOf(door)), new Set([NEXT, ANTHROPIC[0]]));
        assert.ok((await door.ask(versionOf(door, 'OPENAI_API_KEY'))).uses > 0);
        assert.equal((await door.ask(before)).uses, 0);
        assert.deepEqual(door.lastingOfGrants.at(-1), overlapSeconds > 0 ? [before] : []);
      }
    },
  );

void test('what is signed late ends the value before in time, and is given then', LIMIT, async () => {
  await using vault = await openTestVault();
  const { space, doors, before } = await openRuns(vault, 2);
  const began = performance.now();
  assert.equal((await vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT })).type, 'done');
  assert.ok(performance.now() - began < 8_000, 'the hub is not kept waiting');
  for (const door of doors) {
    await untilTrue('the value before is cut', () => !door.versions.includes(before));
    assert.equal((await door.ask(before)).uses, 0);
    assert.equal(door.grants.length, 1);
  }
  vault.notary.goOn();
  for (const door of doors) await untilTrue('it has the next', () => valuesOf(door).includes(NEXT));
});

void test(
  'a door gets no other value for an entry that was deleted before it was signed, from no vault',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const { space, runs, doors, before } = await openRuns(vault, 2);
    const writing = vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT });
    await untilOnRecord(vault, 6);
    await deleteReleases(vault);
    vault.notary.goOn();
    assert.equal((await writing).type, 'done');
    for (const door of doors) {
      await untilTrue('the value before is cut', () => !door.versions.includes(before));
      assert.equal(door.grants.length, 1);
    }
    await vault.notary.stop();
    await using second = await openTestVault({ database: vault.database, folder: vault.folder });
    second.runner.say({ type: 'hello', runs: runs.map(({ run }) => run) });
    for (const run of runs) {
      const door = new PlayedDoor(second, run);
      await untilTrue('it is granted what it has', () => door.grants.length > 0);
      await delay(1_200);
      assert.deepEqual(
        door.grants.map((grant) => grant.map(({ name }) => name)),
        [['ANTHROPIC_API_KEY']],
      );
    }
    assert.ok(second.lines.some((line) => line.includes('not on the ledger any more')));
    assert.equal((await entriesOf(second, 'secret.run-forged')).length, 0);
    for (const { run } of runs) second.runner.say({ type: 'ended', run });
    await untilTrue('all ends', async () => (await entriesOf(second, 'secret.ended')).length === 6);
  },
);

void test('a vault that is started anew gives what was on record once it is signed', LIMIT, async () => {
  await using vault = await openTestVault();
  const { space, runs } = await openRuns(vault, 2);
  void vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT, overlapSeconds: 600 }).catch(() => undefined);
  await untilOnRecord(vault, 6);
  await using second = await openTestVault({ database: vault.database, folder: vault.folder });
  second.runner.say({ type: 'hello', runs: runs.map(({ run }) => run) });
  for (const run of runs) {
    const door = new PlayedDoor(second, run);
    await untilTrue('it has the next', () => valuesOf(door).includes(NEXT));
    const next = door.grants.at(-1)?.find(({ name }) => name === 'OPENAI_API_KEY');
    assert.equal(next?.placeholder, run.variables['OPENAI_API_KEY']);
    assert.equal(door.lastingOfGrants.at(-1)?.length, 1);
  }
});

void test(
  'a vault that is started anew gives a door no value of a start that nobody signed',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = id();
    await vault.write(space, { key: 'OPENAI_API_KEY', value: OPENAI });
    const run = id();
    const ticket = await vault.ticket(space, run);
    await vault.notary.finish();
    const starting = startRun(vault, space, { run, ticket });
    await untilOnRecord(vault, 1);
    await deleteReleases(vault);
    await using second = await openTestVault({ database: vault.database, folder: vault.folder });
    second.runner.say({ type: 'hello', runs: [run] });
    await untilTrue('it is told', () =>
      second.lines.some((line) => line.includes('not on the ledger any more')),
    );
    const door = new PlayedDoor(second, { run, door: (await starting).door });
    assert.deepEqual(door.grants, [[]]);
  },
);

/** What is said while a value in the place of another waits to be signed, and whether the next vault gives it. */
const MEANWHILE: Readonly<Record<string, (vault: TestVault, space: string) => void>> = {
  'a deletion': (vault, space) =>
    vault.hub.say({ type: 'delete', id: 900, space, name: 'OPENAI_API_KEY', by: BY }),
  'a pause': (vault, space) => vault.hub.say({ type: 'stop', id: 900, space, by: BY }),
  'the deletion of the Space': (vault, space) => vault.hub.say({ type: 'forget', id: 900, space, by: BY }),
  'the sealing of the vault': (vault) => vault.operator.say({ type: 'seal', ...OPERATOR }),
};

for (const [what, say] of Object.entries(MEANWHILE))
  void test(`${what} that meets a replacement wins: no door has either value`, LIMIT, async () => {
    await using vault = await openTestVault();
    const { space, doors, before } = await openRuns(vault, 2);
    const writing = vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT, overlapSeconds: 600 });
    await untilOnRecord(vault, 6);
    say(vault, space);
    for (const door of doors) assert.ok(!door.versions.includes(before), 'it is told at once');
    vault.notary.goOn();
    assert.equal((await writing).type, 'done');
    await delay(1_200);
    for (const door of doors) {
      assert.equal(door.grants.length, 1);
      assert.ok(!door.versions.includes(before));
    }
  });

void test(
  'what was replaced while the vault was sealed in between is given after it is opened',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const { space, runs, doors } = await openRuns(vault, 1);
    const writing = vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT, overlapSeconds: 600 });
    await untilOnRecord(vault, 3);
    vault.operator.say({ type: 'seal', ...OPERATOR });
    assert.equal((await writing).type, 'done');
    vault.operator.say({ type: 'unseal', ...OPERATOR });
    await vault.operator.until((frame) => frame.type === 'status' && frame.sealed === null);
    vault.runner.say({ type: 'hello', runs: runs.map(({ run }) => run) });
    const [door] = doors;
    await untilTrue('it is granted what is signed', () => door?.grants.length === 2);
    assert.deepEqual(new Set(door && valuesOf(door)), new Set([OPENAI, ANTHROPIC[0]]));
    vault.notary.goOn();
    await untilTrue('and the next', () => door !== undefined && valuesOf(door).includes(NEXT));
  },
);

void test(
  'of two that are set one after the other before either is signed doors get the last',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const { space, doors, before } = await openRuns(vault, 2);
    const one = vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT, overlapSeconds: 600 });
    await untilOnRecord(vault, 6);
    const other = vault.write(space, { key: 'OPENAI_API_KEY', value: LAST, overlapSeconds: 600 });
    await untilOnRecord(vault, 8);
    for (const door of doors) assert.ok((await door.ask(before)).uses > 0, 'the first goes on');
    vault.notary.goOn();
    for (const writing of [one, other]) assert.equal((await writing).type, 'done');
    for (const door of doors)
      await untilTrue('it has the last', () => door.grants.length === 2 && valuesOf(door).includes(LAST));
    for (const door of doors) assert.ok(!door.grants.flat().some(({ value }) => value.toString() === NEXT));
  },
);

void test('two secrets that are replaced at once go on until both are signed', LIMIT, async () => {
  await using vault = await openTestVault();
  const { space, doors } = await openRuns(vault, 2);
  const writing = [
    vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT }),
    vault.write(space, { key: 'ANTHROPIC_API_KEY', value: ANTHROPIC[1] }),
  ];
  await untilOnRecord(vault, 8);
  vault.notary.goOn();
  for (const each of writing) assert.equal((await each).type, 'done');
  for (const door of doors) {
    assert.ok(
      door.grants.every((grant) => grant.length === 2),
      'none is missing in between',
    );
    assert.deepEqual(new Set(valuesOf(door)), new Set([NEXT, ANTHROPIC[1]]));
  }
});

void test(
  'a value of a run that was told as signed is given also once its entry is cut off',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const { runs } = await openRuns(vault, 1);
    {
      await using behind = openSuperuserPool(vault.database);
      // As the notary cuts off what is old.
      await behind.pool.query(`begin; set local session_replication_role = replica;
      delete from ledger.entry where kind = 'secret.released'; commit`);
    }
    await using second = await openTestVault({ database: vault.database, folder: vault.folder });
    second.runner.say({ type: 'hello', runs: runs.map(({ run }) => run) });
    const [run] = runs;
    assert.ok(run !== undefined);
    const door = new PlayedDoor(second, run);
    await untilTrue('it is granted', () => door.grants.length === 1);
    assert.deepEqual(new Set(valuesOf(door)), new Set([OPENAI, ANTHROPIC[0]]));
  },
);

void test('who notes in the database that a release was signed has nothing granted', LIMIT, async () => {
  await using vault = await openTestVault();
  const { space, runs } = await openRuns(vault, 1);
  const writing = vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT });
  await untilOnRecord(vault, 3);
  await deleteReleases(vault);
  {
    await using behind = openSuperuserPool(vault.database);
    await behind.pool.query('update vault.held set signed = true');
  }
  assert.equal((await writing).type, 'done');
  await using second = await openTestVault({ database: vault.database, folder: vault.folder });
  second.runner.say({ type: 'hello', runs: runs.map(({ run }) => run) });
  await untilTrue('it is reported', async () => (await entriesOf(second, 'secret.run-forged')).length > 0);
  assert.ok(!second.runner.frames.some(({ type }) => type === 'door'), 'no door was granted anything');
});
