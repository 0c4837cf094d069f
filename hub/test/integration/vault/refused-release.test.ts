// What the vault does not hand over: more than apps could have been started, and what the ledger does not take.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { PlayedDoor } from '../../harness/vault-doors.ts';
import { id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { entriesOf, startRun } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const OPENAI = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;

/** Has the ledger refuse entries of a kind, until the trigger `not_now` is dropped. */
async function refuseEntries({ pool }: ReturnType<typeof openSuperuserPool>, kind: string): Promise<void> {
  await pool.query(
    `create function ledger.not_now() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
     create trigger not_now before insert on ledger.entry for each row when (new.kind = '${kind}')
       execute function ledger.not_now()`,
  );
}

async function both(vault: TestVault): Promise<string> {
  const space = id();
  await vault.write(space, { key: 'OPENAI_API_KEY', value: OPENAI });
  await vault.write(space, { key: 'PLAIN', value: 'a plain value' });
  return space;
}

void test('a Space is released to so many runs at once, and no other Space waits for it', LIMIT, async () => {
  const clock = { passed: 0, now: () => new Date(1_900_000_000_000 + clock.passed) };
  await using vault = await openTestVault({ clock });
  const [space, other] = [id(), id()];
  for (const one of [space, other]) await vault.write(one, { key: 'OPENAI_API_KEY', value: OPENAI });
  for (let n = 0; n < 20; n += 1) assert.equal((await startRun(vault, space)).answer.type, 'released');
  const { answer, variables } = await startRun(vault, space);
  assert.ok(answer.type === 'refused');
  assert.match(answer.why, /started too often; it is tried again/);
  assert.ok(answer.retry);
  assert.deepEqual(variables, {});
  assert.equal((await entriesOf(vault, 'secret.released')).length, 20, 'nothing is recorded for it');
  assert.equal((await startRun(vault, other)).answer.type, 'released');
  clock.passed = 2_000;
  assert.equal((await startRun(vault, space)).answer.type, 'released');
  assert.equal((await startRun(vault, space)).answer.type, 'refused', 'one more in two seconds');
});

void test('where the ledger does not take the entries of a release nobody gets anything', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = await both(vault);
  await using behind = openSuperuserPool(vault.database);
  await refuseEntries(behind, 'secret.released');
  const run = id();
  const ticket = await vault.ticket(space, run);
  const { answer } = await startRun(vault, space, { run, ticket });
  assert.ok(answer.type === 'refused' && answer.retry);
  assert.ok(!vault.runner.frames.some(({ type }) => type === 'door' || type === 'released'));
  const { rows } = await behind.pool.query('select run from vault.run union all select run from vault.held');
  assert.deepEqual(rows, [], 'nobody is said to hold anything');
  assert.ok(!vault.lines.join().includes(OPENAI) && !vault.lines.join().includes('a plain value'));
  await behind.pool.query('drop trigger not_now on ledger.entry');
  const again = await startRun(vault, space, { run, ticket });
  assert.equal(again.answer.type, 'released', 'the ticket is still good');
  assert.equal(again.variables['PLAIN'], 'a plain value');
});

void test(
  'where the ledger does not take the entry of a lease the door is told so, and uses nothing',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = id();
    await vault.write(space, { key: 'OPENAI_API_KEY', value: OPENAI });
    const run = await startRun(vault, space);
    const door = new PlayedDoor(vault, run);
    await door.until(({ type }) => type === 'alive');
    const version = door.versions[0] ?? assert.fail('nothing may be used');
    await using behind = openSuperuserPool(vault.database);
    await refuseEntries(behind, 'secret.lease');
    const refused = await door.ask(version);
    assert.equal(refused.uses, 0);
    assert.match(refused.why ?? '', /could not be recorded/);
    const leases = await behind.pool.query('select from vault.lease');
    assert.equal(leases.rowCount, 0, 'nothing is said to be used');
    await behind.pool.query('drop trigger not_now on ledger.entry');
    const allowed = await door.ask(version);
    assert.ok(allowed.uses > 0, 'the next request asks again');
    assert.equal((await entriesOf(vault, 'secret.lease')).length, 1);
  },
);
