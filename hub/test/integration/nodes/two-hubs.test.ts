// Two hubs on one database, one object store and one set of keys, each with data of its own: what one of them did, the
// other knows.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startInstance, type Instance } from '../../harness/instance.ts';
import { askOne, commit, put, regularFile, sampleOf, uploadFile, uploadLink } from '../../harness/lfs.ts';
import { listDescendants } from '../../harness/processes.ts';
import { openOperatorsServer } from '../../harness/operators-database.ts';
import { openScratch } from '../../harness/scratch.ts';
import { encodeShard } from '../../harness/xet-encode.ts';
import {
  askXet,
  commitXet,
  openXet,
  putShard,
  putXorb,
  reconstruction,
  uploadXet,
  xetSample,
} from '../../harness/xet.ts';
import { signInAt, statusOf, testLostRights } from './lost-rights.ts';

const LIMIT = { timeout: 180_000 };
const REPO = 'admin/shared';

interface Nodes extends AsyncDisposable {
  /** Reaches the database by its socket. */
  readonly a: Instance;
  /** Reaches the database over the network. */
  readonly b: Instance;
  /** Asks the database as its superuser. */
  readonly query: (text: string) => Promise<Record<string, unknown>[]>;
}

async function openNodes(): Promise<Nodes> {
  await using opened = new AsyncDisposableStack();
  const server = await openOperatorsServer();
  await server.createDatabase('hub');
  const query: Nodes['query'] = async (text) => await server.query('hub', text);
  const scratch = opened.use(await openScratch('nodes'));
  const shared = {
    HOLDFAST_OBJECTS: path.join(scratch.path, 'objects'),
    HOLDFAST_KEYS: path.join(scratch.path, 'keys'),
  };
  const start = async (name: string, how: 'network' | 'socket'): Promise<Instance> => {
    const env = { ...shared, DATABASE_URL: server.urlOf('hub', how) };
    return opened.use(await startInstance({ folder: path.join(scratch.path, name), env }));
  };
  const a = await start('a', 'socket');
  const passwords = 'select password from identity.account';
  const before = await query(passwords);
  const b = await start('b', 'network');
  assert.deepEqual(await query(passwords), before, 'its first start made nobody a new password');
  await requireHidden(a, server.password);
  // What the way to the database costs is said, and only where it is so.
  assert.match(a.output, /"network":"none"/);
  assert.match(
    b.output,
    /Network is shared: the hub is on this machine's network, because DATABASE_URL leads over it/,
  );
  const running = opened.move();
  return { a, b, query, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** The operator's password, which came in a variable, is in nobody's environment any more. */
async function requireHidden(instance: Instance, password: string): Promise<void> {
  const pids = [instance.pid, ...(await listDescendants(instance.pid)).map(({ pid }) => pid)];
  for (const pid of pids) {
    const shown = await Promise.all(
      ['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '')),
    );
    assert.ok(!shown.join().includes(password), `process ${pid} does not show the password`);
  }
}

async function get(hub: Instance, file: string, token: string): Promise<Response> {
  return await fetch(`${hub.url}${file}`, { headers: { authorization: `Bearer ${token}` } });
}

/** What the file on `main` holds, as this hub answers. */
async function read(hub: Instance, file: string, token: string): Promise<Buffer> {
  const answer = await get(hub, `/${REPO}/resolve/main/${file}`, token);
  assert.equal(answer.status, 200, await answer.clone().text());
  return Buffer.from(await answer.arrayBuffer());
}

async function createRepo(hub: Instance, token: string): Promise<void> {
  const answer = await fetch(`${hub.url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'model', name: 'shared', private: true }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

/** The link as the other hub would have given it. */
function at(hub: Instance, href: string): string {
  const url = new URL(href);
  return `${hub.url}${url.pathname}${url.search}`;
}

void test('two hubs on one database', LIMIT, async (t) => {
  await using nodes = await openNodes();
  const { a, b, query } = nodes;
  const token = await a.createToken({ user: 'admin', role: 'write' });
  await createRepo(a, token);

  await t.test('what is committed through one is read through the other at once', async () => {
    for (let n = 0; n < 20; n += 1) {
      const [writer, reader] = n % 2 === 0 ? [a, b] : [b, a];
      const content = `round ${n}`;
      await commit(writer, { token, repo: REPO }, [regularFile('notes.txt', content)]);
      assert.equal(String(await read(reader, 'notes.txt', token)), content);
    }
  });

  await t.test('a large file that came in through one is read through the other', async () => {
    const sample = sampleOf(3_000_000);
    await uploadFile(a, { token, repo: REPO, sample, path: 'large.bin' });
    assert.ok((await read(b, 'large.bin', token)).equals(sample.bytes));
  });

  await t.test('a link that one signed works on the other', async () => {
    const sample = sampleOf(200_000);
    const href = await uploadLink(a, { token, repo: REPO, sample });
    assert.equal((await put(at(b, href), sample.bytes)).status, 200);
    const { actions } = await askOne(b, { token, repo: REPO, operation: 'download', sample });
    const fetched = await fetch(at(a, actions?.download?.href ?? ''));
    assert.equal(fetched.status, 200);
    assert.ok(Buffer.from(await fetched.arrayBuffer()).equals(sample.bytes));
  });

  await t.test('commits through both at once follow each other, and none is lost', async () => {
    const before = await countCommits(a, token);
    await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        await commit(n % 2 === 0 ? a : b, { token, repo: REPO }, [
          regularFile(`at-once/${n}.txt`, String(n)),
        ]);
      }),
    );
    assert.equal((await countCommits(b, token)) - before, 12);
    for (let n = 0; n < 12; n += 1) assert.equal(String(await read(a, `at-once/${n}.txt`, token)), String(n));
  });

  await t.test('a file that was erased through one is in no commit that the other shows', async () => {
    const sample = sampleOf(90_000);
    await uploadFile(a, { token, repo: REPO, sample, path: 'erased.bin' });
    const pinned = await commit(a, { token, repo: REPO }, [regularFile('kept.txt', 'kept')]);
    const tree = `/api/models/${REPO}/tree/${pinned}?recursive=true`;
    // Seen before, so that the other hub remembers the commit and its folders.
    assert.match(await (await get(b, tree, token)).text(), /erased\.bin/);
    const erased = await fetch(`${a.url}/api/models/${REPO}/lfs-files/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ deletions: { sha: [sample.oid] } }),
    });
    assert.equal(erased.status, 200, await erased.text());
    assert.equal((await get(b, `/${REPO}/resolve/${pinned}/erased.bin`, token)).status, 404);
    assert.equal(String(await read(b, 'kept.txt', token)), 'kept');
    await delay(1000);
    assert.equal((await get(b, tree, token)).status, 404);
  });

  await t.test('a token that was revoked on one is refused by the other within a second', async () => {
    for (let round = 0; round < 3; round += 1) {
      const victim = await createNamedToken(a);
      const ask = async (): Promise<number> => (await get(b, '/api/whoami-v2', victim.token)).status;
      assert.equal(await ask(), 200);
      const took = await timeRefusal(ask, async () => {
        await a.admin('token', 'revoke', victim.id);
        return await revokedAt(query, victim.id);
      });
      t.diagnostic(`let in last ${took} ms after the revocation was recorded`);
    }
  });

  await t.test('a hub that stood still never serves a token or session that ended meanwhile', async () => {
    const victim = await createNamedToken(a);
    const link = await signedLink(a, victim.token);
    const [browser, cookie] = await signInAt(nodes, 'admin');
    const ask = async (): Promise<number[]> => [
      await statusOf(`${b.url}/account`, { cookie }),
      (await get(b, '/api/whoami-v2', victim.token)).status,
      (await get(b, `/${REPO}/resolve/main/notes.txt`, victim.token)).status,
      (await fetch(at(b, link))).status,
    ];
    assert.deepEqual(await ask(), [200, 200, 200, 200]);
    const pid = await b.hubPid();
    process.kill(pid, 'SIGSTOP');
    try {
      await a.admin('token', 'revoke', victim.id);
      assert.equal((await browser.send('/sign-out', {})).status, 303);
      await delay(5000);
    } finally {
      // These wait in the kernel, and are the first thing that the hub sees when it goes on.
      const waiting = Array.from({ length: 20 }, () => ask());
      await delay(200);
      process.kill(pid, 'SIGCONT');
      const answers = (await Promise.all(waiting)).flat();
      assert.equal(answers.length, 80);
      assert.deepEqual(
        answers.filter((status) => status === 200),
        [],
      );
    }
  });

  await t.test('a hub that hears nothing of it lets nobody in whose token or session ended', async () => {
    const victim = await createNamedToken(a);
    const [browser, cookie] = await signInAt(nodes, 'admin');
    const ask = async (): Promise<number> => (await get(b, '/api/whoami-v2', victim.token)).status;
    const open = async (): Promise<number> => await statusOf(`${b.url}/account`, { cookie });
    assert.deepEqual([await ask(), await open()], [200, 200]);
    const role = `holdfast_hub_${(await readFile(path.join(b.data, 'instance'), 'utf8')).trim()}`;
    await query(`alter role ${role} nologin`);
    try {
      await query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`);
      await a.admin('token', 'revoke', victim.id);
      assert.equal((await browser.send('/sign-out', {})).status, 303);
      await delay(1000);
      for (let n = 0; n < 20; n += 1) {
        assert.notEqual(await ask(), 200);
        assert.notEqual(await open(), 200);
      }
    } finally {
      await query(`alter role ${role} login`);
    }
    const began = Date.now();
    while ((await ask()) !== 401 || (await open()) !== 303)
      assert.ok(Date.now() - began < 20_000, 'and says so when it can ask again');
  });

  await t.test('rights that are taken away through one end on the other within a second', async (t) => {
    await testLostRights(t, nodes);
  });

  await t.test(
    'chunks that came in through one make a file through the other, and leave through either',
    async () => {
      const sample = xetSample(5, 20_000, 'lz4');
      const session = await openXet(a, { token, repo: REPO }, 'write');
      const onOther = { ...session, casUrl: at(b, session.casUrl) };
      assert.equal((await putXorb(session, sample.xorb)).status, 200);
      assert.equal((await putShard(onOther, encodeShard({ files: [sample.file] }))).status, 200);
      await commitXet(a, { token, repo: REPO }, { sample, path: 'chunks.bin' });
      for (const hub of [a, b]) assert.ok((await read(hub, 'chunks.bin', token)).equals(sample.bytes));
      const { xorbs } = await reconstruction(onOther, sample.file.hash);
      const href = xorbs[sample.xorb.hash]?.[0]?.url ?? '';
      const range = `bytes=0-${sample.xorb.bytes.length - 1}`;
      for (const hub of [a, b]) {
        const fetched = await fetch(at(hub, href), { headers: { range } });
        assert.equal(fetched.status, 206);
        assert.ok(Buffer.from(await fetched.arrayBuffer()).equals(sample.xorb.bytes));
      }
    },
  );

  await t.test(
    'a Xet token whose token was revoked on one is refused by the other within a second',
    async () => {
      const sample = xetSample();
      await uploadXet(a, { token, repo: REPO, sample, path: 'short.bin' });
      const victim = await createNamedToken(a);
      const session = await openXet(a, { token: victim.token, repo: REPO }, 'read');
      const onOther = { ...session, casUrl: at(b, session.casUrl) };
      const ask = async (): Promise<number> =>
        (await askXet(onOther, `/v2/reconstructions/${sample.file.hash}`)).status;
      assert.equal(await ask(), 200);
      const took = await timeRefusal(ask, async () => {
        await a.admin('token', 'revoke', victim.id);
        return await revokedAt(query, victim.id);
      });
      t.diagnostic(`let in last ${took} ms after the revocation was recorded`);
    },
  );

  await t.test('each hub signs in as a role of its own, and the ledger tells them apart', async () => {
    const roles = await query(
      `select rolname as name from pg_roles
        where rolname like 'holdfast\\_hub\\_%' and rolcanlogin and not rolsuper and not rolcreaterole`,
    );
    assert.equal(roles.length, 2);
    // Beside the hubs, the vault that started first named its root key.
    const writers = await query('select distinct writer as name from ledger.entry');
    const hubs = writers.filter(({ name }) => !String(name).startsWith('holdfast_vault_'));
    assert.deepEqual(namesOf(hubs), namesOf(roles));
    assert.equal(writers.length - hubs.length, 1);
  });
});

/**
 * Asks while access is taken away, until it is refused. Gives for how many milliseconds after `revoke` was recorded it was let in:
 * the command that revokes takes longer than that. Throws where it is a second.
 */
async function timeRefusal(ask: () => Promise<number>, revoke: () => Promise<Date>): Promise<number> {
  const refused = (async () => {
    for (let letInAt = 0; ; await delay(10)) {
      const askedAt = Date.now();
      if ((await ask()) === 401) return letInAt;
      letInAt = askedAt;
    }
  })();
  const at = await revoke();
  const took = (await refused) - at.getTime();
  assert.ok(took < 1000, `let in for ${took} ms`);
  return took;
}

/** When the entry of a token's revocation was written, last in its transaction. */
async function revokedAt(query: Nodes['query'], id: string): Promise<Date> {
  const [entry] = await query(
    `select at from ledger.entry where kind = 'token.revoked' and subject = 'token:${id}'`,
  );
  assert.ok(entry?.['at'] instanceof Date);
  return entry['at'];
}

function namesOf(rows: readonly Record<string, unknown>[]): string[] {
  return rows.map((row) => String(row['name'])).sort();
}

async function countCommits(hub: Instance, token: string): Promise<number> {
  const answer = await get(hub, `/api/models/${REPO}/commits/main?limit=1000`, token);
  return ((await answer.json()) as unknown[]).length;
}

async function createNamedToken(hub: Instance): Promise<{ id: string; token: string }> {
  const wish = ['--user', 'admin', '--name', 'victim', '--role', 'write', '--json'];
  return JSON.parse(await hub.admin('token', 'create', ...wish)) as { id: string; token: string };
}

async function signedLink(hub: Instance, token: string): Promise<string> {
  const sample = sampleOf('linked');
  await uploadFile(hub, { token, repo: REPO, sample, path: 'linked.bin' });
  const { actions } = await askOne(hub, { token, repo: REPO, operation: 'download', sample });
  return actions?.download?.href ?? '';
}
