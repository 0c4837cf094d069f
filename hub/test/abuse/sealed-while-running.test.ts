// A database that is changed under a running hub: who holds a token that was revoked in the true state must not be let in
// by the other one, so the hub closes within seconds, and stays so.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { deleteHead, recomputeMap } from '../harness/forged-heads.ts';
import { startInstance, type Instance } from '../harness/instance.ts';
import { openScratch } from '../harness/scratch.ts';
import { openSuperuser, type Superuser } from '../harness/superuser.ts';
import { untilTrue } from '../harness/vault-doors.ts';

const LIMIT = { timeout: 240_000 };
/** Until it is closed: the notary looks every second, and a hub takes a moment to start. */
const CLOSED_MS = 10_000;

interface Change {
  readonly name: string;
  readonly make: (superuser: Superuser) => Promise<void>;
  readonly said: RegExp;
}

const CHANGES: readonly Change[] = [
  {
    name: 'a head that was deleted and the map computed anew',
    make: async ({ pool, db }) => {
      const { rows } = await pool.query<{ name: string }>(
        `select name from notary.head where relation = 'to' and name like 'token:%'`,
      );
      const chain = { relation: 'to', name: rows[0]?.name ?? '' } as const;
      await deleteHead(pool, chain);
      await recomputeMap(pool, db, chain);
    },
    said: /others, or other chains of them/,
  },
  {
    name: 'an older state of the tree',
    make: async ({ pool }) => {
      await pool.query(
        `update notary.tree set size = 0, root = sha256(''), heads = decode(repeat('00', 32), 'hex')`,
      );
    },
    said: /and the database has 0 of them/,
  },
];

async function ask(instance: Instance, target: string, token: string): Promise<Response> {
  return await fetch(`${instance.url}${target}`, { headers: { authorization: `Bearer ${token}` } });
}

async function isClosed(instance: Instance, token: string): Promise<boolean> {
  // While it starts over, nobody answers.
  const answer = await ask(instance, '/api/whoami-v2', token).catch(() => undefined);
  return answer?.status === 503 && answer.headers.get('x-error-code') === 'InstanceSealed';
}

for (const { name, make, said } of CHANGES)
  void test(`the hub closes when its notary finds ${name}`, LIMIT, async () => {
    await using scratch = await openScratch('sealed');
    const folder = scratch.path;
    let token = '';
    {
      await using instance = await startInstance({ folder });
      token = await instance.createToken({ user: 'admin', role: 'write' });
      assert.equal((await ask(instance, '/api/whoami-v2', token)).status, 200);
      const record = `${instance.data}.keys/notary/last-signed.json`;
      await using superuser = await openSuperuser(instance);
      await untilTrue('everything so far is signed', async () => {
        const { size } = JSON.parse(await readFile(record, 'utf8')) as { readonly size: number };
        return size === (await superuser.pool.query('select from ledger.entry')).rows.length;
      });
      const before = await readFile(record, 'utf8');
      await make(superuser);
      const began = Date.now();
      while (!(await isClosed(instance, token))) {
        assert.ok(Date.now() - began < CLOSED_MS, instance.output);
        await delay(50);
      }
      assert.match(instance.output, said);
      assert.equal((await ask(instance, '/readyz', '')).status, 503);
      assert.equal(await readFile(record, 'utf8'), before, 'nothing was signed');
      await instance.revokeTokens('admin');
      const { stdout } = await instance.command('ledger', 'list', '--kind', 'instance.sealed', '--json');
      assert.match(stdout, /instance\.sealed/);
    }
    await using again = await startInstance({ folder });
    assert.match(again.output, /This instance is sealed/);
    assert.ok(await isClosed(again, token));
  });
