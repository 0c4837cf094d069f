// Who rules the database edits what the vault keeps of start tickets and of the keys of Spaces: nothing is released for it that was not
// to be, and what is released again is on the ledger again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openSuperuserPool } from '../harness/superuser.ts';
import { id, openTestVault, type TestVault } from '../harness/vault.ts';
import { entriesOf, startRun } from '../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const [ONE, OTHER] = ['a value of the one', 'a value of the other'];

async function sql(vault: TestVault, text: string): Promise<void> {
  await using behind = openSuperuserPool(vault.database);
  await behind.pool.query(text);
}

/** Two Spaces, each with a secret. */
async function twoSpaces(vault: TestVault): Promise<readonly [one: string, other: string]> {
  const [one, other] = [id(), id()];
  await vault.write(one, { key: 'PLAIN', value: ONE });
  await vault.write(other, { key: 'PLAIN', value: OTHER });
  return [one, other];
}

/** Nobody gets anything, and no entry says so. */
async function isRefused(vault: TestVault, space: string, given?: { run: string; ticket: string }) {
  const before = (await entriesOf(vault, 'secret.released')).length;
  const { answer, variables } = await startRun(vault, space, given);
  assert.deepEqual([answer.type, variables], ['refused', {}]);
  assert.equal((await entriesOf(vault, 'secret.released')).length, before);
}

/** What is done to the ticket of a run that was released, by which it is tried again. */
const TICKETS: Readonly<Record<string, string>> = {
  'is taken out': 'delete from vault.ticket',
  'is said to be another run’s': `update vault.ticket set run = '${id()}'`,
  'is said to be of another entry': `update vault.ticket set entry = repeat('0', 64)`,
  'is taken out, and the run is said to have ended': `delete from vault.ticket; update vault.run set ended_at = now()`,
};

for (const [name, change] of Object.entries(TICKETS))
  void test(`a ticket that was used, and ${name}, gets nothing`, LIMIT, async () => {
    await using vault = await openTestVault();
    const [space] = await twoSpaces(vault);
    const run = id();
    const given = { run, ticket: await vault.ticket(space, run) };
    assert.equal((await startRun(vault, space, given)).answer.type, 'released');
    await sql(vault, change);
    await isRefused(vault, space, given);
  });

void test(
  'with all that the vault knows of a run taken out its ticket is good again, and the ledger says so',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const [space, other] = await twoSpaces(vault);
    const run = id();
    const given = { run, ticket: await vault.ticket(space, run) };
    await startRun(vault, space, given);
    await sql(vault, 'delete from vault.held; delete from vault.run; delete from vault.ticket');
    await isRefused(vault, other, given);
    assert.equal((await startRun(vault, space, given)).answer.type, 'released');
    const tickets = (await entriesOf(vault, 'secret.released')).map(({ body }) => body['ticket']);
    assert.deepEqual(tickets, [given.ticket, given.ticket]);
  },
);

/** What is done to the key of a Space. */
const KEYS: Readonly<Record<string, (one: string, other: string) => string>> = {
  'is the key of another Space': (one, other) =>
    `update vault.space_key k set generation = o.generation, wrapped = o.wrapped
       from vault.space_key o where k.space = '${one}' and o.space = '${other}'`,
  'is swapped with that of another Space': (one, other) =>
    `update vault.space_key set space = 'x' where space = '${one}'; update vault.space_key set space = '${one}' where space = '${other}';
     update vault.space_key set space = '${other}' where space = 'x'`,
  'is of another generation': (one) =>
    `update vault.space_key set generation = generation + 1 where space = '${one}'`,
  'has one byte more': (one) =>
    `update vault.space_key set wrapped = wrapped || '\\x00' where space = '${one}'`,
  'is of whoever edits it': (one) =>
    `update vault.space_key set wrapped = decode(repeat('00', length(wrapped)), 'hex') where space = '${one}'`,
  'is gone': (one) => `delete from vault.space_key where space = '${one}'`,
  'came with the values of another Space': (one, other) =>
    `delete from vault.version where space = '${one}'; delete from vault.space_key where space = '${one}';
     update vault.version set space = '${one}' where space = '${other}';
     update vault.space_key set space = '${one}' where space = '${other}'`,
};

for (const [name, change] of Object.entries(KEYS))
  void test(`a Space whose key ${name} gets nothing`, LIMIT, async () => {
    await using vault = await openTestVault();
    const [one, other] = await twoSpaces(vault);
    await sql(vault, change(one, other));
    await isRefused(vault, one);
    const { answer } = await vault
      .write(one, { key: 'MORE', value: 'set afterwards' })
      .then((answer) => ({ answer }));
    // Where the Space's key is gone it gets another one, which is the vault's own: what was set before stays unreadable.
    assert.ok(answer.type === 'refused' || name.includes('gone'), JSON.stringify(answer));
    await isRefused(vault, one);
  });

void test('a key that was replaced opens nothing when it is put back', LIMIT, async () => {
  await using vault = await openTestVault();
  const [space] = await twoSpaces(vault);
  await sql(vault, 'create table public.kept as select * from vault.space_key');
  await vault.write(space, { key: 'PLAIN', value: 'another value' });
  await sql(
    vault,
    'update vault.space_key k set generation = o.generation, wrapped = o.wrapped from public.kept o where o.space = k.space',
  );
  await isRefused(vault, space);
});
