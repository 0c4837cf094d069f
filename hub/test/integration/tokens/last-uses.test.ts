// When and from where tokens were last used: what the owner of a stolen one is told by.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

async function lastOf(hub: ServedHub, id: string): Promise<string | undefined> {
  const sql = 'select host(last_address::inet) as address from tokens.token where id = $1';
  const { rows } = await hub.modules.pool.query<{ address: string | null }>(sql, [id]);
  return rows[0]?.address ?? undefined;
}

async function newNetworksOf(hub: ServedHub): Promise<number> {
  const { rows } = await hub.modules.pool.query(`select from mail.message where kind = 'token-used'`);
  return rows.length;
}

void test('a use that could not be written is, with its mail, as soon as it can be', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ada');
  const { authentication } = hub.modules;
  const [stolen, other] = [await hub.addToken('ada', 'read'), await hub.addToken('ada', 'read')];
  const use = async (text: string, address: string): Promise<void> =>
    authentication.noteUse(await authentication.authenticate(text), address, 'client');
  for (const { text } of [stolen, other]) await use(text, '192.0.2.1');
  await authentication.flushUses();
  await using behind = openSuperuserPool(hub.database);
  await behind.pool.query(
    `create function public.fail() returns trigger language plpgsql as $$ begin raise 'no room'; end $$`,
  );
  const fail = async (): Promise<unknown> =>
    await behind.pool.query(`create trigger fail before insert on tokens.network for each row
      when (new.token_id = '${stolen.id}') execute function public.fail()`);
  await fail();
  await use(stolen.text, '203.0.113.5');
  await use(other.text, '192.0.2.9');
  await assert.rejects(authentication.flushUses(), AggregateError);
  assert.equal(await lastOf(hub, other.id), '192.0.2.9', 'one that fails keeps none of another token');
  assert.equal(await lastOf(hub, stolen.id), '192.0.2.1');
  await behind.pool.query('drop trigger fail on tokens.network');
  await authentication.flushUses();
  assert.deepEqual([await lastOf(hub, stolen.id), await newNetworksOf(hub)], ['203.0.113.5', 1]);
  // Alone, too, and however often it fails: what was not written is not counted as told.
  await fail();
  await use(stolen.text, '198.51.100.7');
  for (let turn = 0; turn < 6; turn += 1) await assert.rejects(authentication.flushUses(), AggregateError);
  await behind.pool.query('drop trigger fail on tokens.network');
  await authentication.flushUses();
  assert.deepEqual([await lastOf(hub, stolen.id), await newNetworksOf(hub)], ['198.51.100.7', 2]);
});

void test('the last use is the last, wherever it came from, and whichever hub wrote it', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ada');
  const { id, text } = await hub.addToken('ada', 'read');
  const { authentication } = hub.modules;
  const session = await authentication.authenticate(text);
  for (const address of ['9.9.9.9', '198.51.100.7']) {
    authentication.noteUse(session, address, 'client');
    hub.passTime(1 / 60);
  }
  await authentication.flushUses();
  assert.equal(await lastOf(hub, id), '198.51.100.7');
  // As a hub wrote it that is ahead of this one.
  const ahead = `update tokens.token set last_used_at = last_used_at + interval '1 hour', last_address = '192.0.2.77' where id = $1`;
  await hub.modules.pool.query(ahead, [id]);
  hub.passTime(2);
  authentication.noteUse(session, '9.9.9.9', 'client');
  await authentication.flushUses();
  assert.equal(await lastOf(hub, id), '192.0.2.77');
});
