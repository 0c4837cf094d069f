// Whoever found tokens may end them by posting them, and learns nothing: neither whether one was live, nor whose it was,
// nor from the time of the answer. What waits until they are ended is ids, and only of what is live.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { mintToken } from '@holdfast/kernel/token-text';
import { startInstance, type Instance } from '../harness/instance.ts';
import { openSuperuser } from '../harness/superuser.ts';

const REVOKED_MS = 1000;

async function report(instance: Instance, credentials: unknown): Promise<Response> {
  return await fetch(`${instance.url}/api/credentials/revoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ credentials }),
  });
}

async function whoami(instance: Instance, token: string): Promise<number> {
  const answer = await fetch(`${instance.url}/api/whoami-v2`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** What an answer shows, but for what differs between any two. */
async function seen(answer: Response): Promise<unknown> {
  const headers = [...answer.headers].filter(([name]) => name !== 'x-request-id' && name !== 'date');
  return { status: answer.status, headers, body: await answer.text() };
}

void test('found tokens', { timeout: 120_000 }, async (t) => {
  await using instance = await startInstance();
  await using superuser = await openSuperuser(instance);
  const issue = async () => await instance.createToken({ user: 'admin', role: 'write' });
  const [live, spared, ended] = [await issue(), await issue(), await issue()];
  assert.equal((await report(instance, [ended])).status, 202);

  await t.test('one that is reported is dead within a second, and no other', async () => {
    const found = await issue();
    assert.equal(await whoami(instance, found), 200);
    const texts = ['no token', found, found, ...Array.from({ length: 1000 }, () => 'more than are taken')];
    assert.equal((await report(instance, texts)).status, 202);
    const giveUp = performance.now() + REVOKED_MS;
    while ((await whoami(instance, found)) !== 401) {
      assert.ok(performance.now() < giveUp, 'it still works after a second');
      await delay(20);
    }
    assert.equal(await whoami(instance, spared), 200);
  });

  await t.test('the ledger says that it was found, once', async () => {
    const { rows } = await superuser.pool.query<{ actor: string; body: string }>(
      `select actor, body from ledger.entry where kind = 'token.revoked' order by at`,
    );
    assert.equal(rows.length, 2);
    for (const { actor, body } of rows) {
      assert.equal(actor, 'anonymous');
      assert.equal((JSON.parse(body) as { why: string }).why, 'found');
    }
  });

  await t.test(
    'the answer is the same for a live one, an ended one, one never issued, and none at all',
    async () => {
      const never = mintToken().reveal('the test reports it');
      const answers = [];
      for (const text of [ended, never, `hf_${'a'.repeat(36)}`, 'nothing', live])
        answers.push(await seen(await report(instance, [text])));
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
    },
  );

  await t.test('texts that only pass the check fill no queue', async () => {
    const jobs = async (): Promise<number> => {
      const { rows } = await superuser.pool.query<{ n: number }>(
        `select last_value::int as n from pg_sequences where schemaname = 'graphile_worker' and sequencename like '%jobs_id%'`,
      );
      return rows[0]?.n ?? Number.NaN;
    };
    const before = await jobs();
    const texts = Array.from({ length: 1000 }, () => mintToken().reveal('the test reports it'));
    assert.equal((await report(instance, texts)).status, 202);
    assert.equal(await jobs(), before);
  });

  await t.test('no token lies in the queue or in a log', async () => {
    const { rows } = await superuser.pool.query<{ text: string }>(
      `select coalesce(json_agg(j)::text, '') as text from graphile_worker._private_jobs j`,
    );
    for (const token of [live, ended, spared]) {
      assert.ok(!rows[0]?.text.includes(token));
      assert.ok(!instance.output.includes(token));
    }
  });

  await t.test('what a version before queued, each token by itself, is done', async () => {
    const wish = ['--user', 'admin', '--name', 'queued', '--role', 'read', '--json'];
    const queued = JSON.parse(await instance.admin('token', 'create', ...wish)) as {
      id: string;
      token: string;
    };
    assert.equal(await whoami(instance, queued.token), 200);
    await superuser.pool.query(
      `select graphile_worker.add_job('tokens:revoke-found', json_build_object('token', $1::text, 'address', '192.0.2.1'))`,
      [queued.id],
    );
    const giveUp = performance.now() + 60_000;
    while ((await whoami(instance, queued.token)) !== 401) {
      assert.ok(performance.now() < giveUp, 'it still works');
      await delay(20);
    }
    const { rows } = await superuser.pool.query<{ why: string }>(
      `select body::jsonb->>'why' as why from ledger.entry where subject = $1 and kind = 'token.revoked'`,
      [`token:${queued.id}`],
    );
    assert.deepEqual(rows, [{ why: 'found' }]);
  });

  await t.test('an owner of several gets one mail, and each other owner one', async () => {
    for (const name of ['ada', 'bob']) await instance.createUser(name);
    const of = async (user: string) => await instance.createToken({ user, role: 'read' });
    const tokens = [await of('ada'), await of('ada'), await of('bob'), await of('ada')];
    assert.equal((await report(instance, tokens)).status, 202);
    assert.equal((await report(instance, tokens)).status, 202);
    for (const token of tokens)
      for (
        const giveUp = performance.now() + 60_000;
        (await whoami(instance, token)) !== 401;
        await delay(20)
      )
        assert.ok(performance.now() < giveUp, 'it still works');
    const { rows } = await superuser.pool.query<{ name: string; token: string }>(
      `select a.name, m.facts->>'token' as token from mail.message m join identity.account a on a.id = m.recipient_id
        where m.kind = 'token-revoked' and a.name in ('ada', 'bob') order by a.name`,
    );
    assert.deepEqual(rows, [
      { name: 'ada', token: 'test-read, test-read, test-read' },
      { name: 'bob', token: 'test-read' },
    ]);
  });

  await t.test('what is no list of texts is answered as a report, and does nothing', async () => {
    const any = await seen(await report(instance, ['nothing']));
    for (const credentials of [[], undefined, 'text', spared, [[spared]], [7], { spared }])
      assert.deepEqual(await seen(await report(instance, credentials)), any);
    // Were one of them read as a report, that would show a moment later.
    await delay(REVOKED_MS);
    assert.equal(await whoami(instance, spared), 200);
  });

  await t.test('what is no text in a list does not keep the rest of it from counting', async () => {
    const found = await issue();
    assert.equal((await report(instance, [7, found, { spared }])).status, 202);
    const giveUp = performance.now() + REVOKED_MS;
    while ((await whoami(instance, found)) !== 401) {
      assert.ok(performance.now() < giveUp, 'it still works after a second');
      await delay(20);
    }
    assert.equal(await whoami(instance, spared), 200);
  });
});
