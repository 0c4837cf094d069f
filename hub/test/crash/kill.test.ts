// What was acknowledged survives: hub, PostgreSQL and supervisor are killed at random moments while clients upload and
// commit, and afterwards every commit that was called done is there, whole.
import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { LedgerReader, verifyLane } from '../../src/modules/ledger/index.ts';
import { startInstance, type Instance } from '../harness/instance.ts';
import { commit, regularFile } from '../harness/lfs.ts';
import { listDescendants, type Descendant } from '../harness/processes.ts';
import { openScratch } from '../harness/scratch.ts';
import { openSuperuser } from '../harness/superuser.ts';
import { Driver, fetchDigest, type Site } from './driver.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const KILLS = LONG ? 50 : 5;
const RECOVERY_MS = 60_000;
/** Lanes of one writer of the ledger. */
const LANES = 32;
const VICTIMS = ['hub', 'server', 'supervisor', 'session', 'writer'] as const;
type Victim = (typeof VICTIMS)[number];

// Which program each is; the supervisor is the instance's own process.
const COMMANDS: Readonly<Record<Exclude<Victim, 'supervisor'>, (one: Descendant) => boolean>> = {
  hub: ({ node, command }) => node && command.includes('hub/src/main.ts'),
  server: ({ command }) => /\/bin\/postgres -D /.test(command) && !command.includes('bwrap'),
  session: ({ command }) => command.startsWith('postgres: holdfast_hub'),
  writer: ({ command }) => command.startsWith('postgres: walwriter'),
};

/** Kills it and gives the instance that runs afterwards. */
async function kill(victim: Victim, instance: Instance, restart: () => Promise<Instance>): Promise<Instance> {
  if (victim !== 'supervisor') {
    const candidates = (await listDescendants(instance.pid)).filter(COMMANDS[victim]);
    const chosen = candidates[randomInt(candidates.length)];
    assert.ok(chosen, `there is a ${victim}`);
    process.kill(chosen.pid, 'SIGKILL');
    return instance;
  }
  const orphans = (await listDescendants(instance.pid)).map(({ pid }) => pid);
  await instance.crash();
  const giveUp = Date.now() + 5000;
  while (orphans.some(isAlive)) {
    assert.ok(Date.now() < giveUp, 'the children went with their supervisor');
    await delay(20);
  }
  return await restart();
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Settles once something was acknowledged that was not before. */
async function untilMore(drivers: readonly Driver[], why: string): Promise<void> {
  const count = (): number => drivers.reduce((sum, driver) => sum + driver.acknowledged.length, 0);
  const before = count();
  const giveUp = Date.now() + RECOVERY_MS;
  while (count() < before + drivers.length) {
    assert.ok(Date.now() < giveUp, `nothing was committed for a minute ${why}`);
    await delay(10);
  }
}

async function createRepo({ url, token }: Site): Promise<void> {
  const made = await fetch(`${url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'model', name: 'battered', private: true }),
  });
  assert.equal(made.status, 200, await made.text());
}

async function getJson<Answer>({ url, token }: Site, where: string): Promise<Answer> {
  const answer = await fetch(`${url}${where}`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200, where);
  return (await answer.json()) as Answer;
}

/** Acknowledged commits that are not what they were, at their own revision and where they led. */
async function findLosses(site: Site, drivers: readonly Driver[]): Promise<string[]> {
  const losses: string[] = [];
  for (const { path: file, sha256, commit: oid } of drivers.flatMap((driver) => driver.acknowledged)) {
    const at = (revision: string): string => `${site.url}/${site.repo}/resolve/${revision}/${file}`;
    const read = async (revision: string) => await fetchDigest(at(revision), site.token).catch(String);
    const found = await Promise.all([read(oid), read('main')]);
    if (found.some((one) => one !== sha256)) losses.push(`${file} of ${oid}: ${found.join('; ')}`);
  }
  return losses;
}

void test(
  `acknowledged commits survive ${KILLS} kills`,
  { timeout: LONG ? 1_800_000 : 240_000 },
  async (t) => {
    await using scratch = await openScratch('kill');
    const restart = (): Promise<Instance> => startInstance({ folder: scratch.path });
    let instance = await restart();
    await using stack = new AsyncDisposableStack();
    stack.defer(() => instance[Symbol.asyncDispose]());
    const token = await instance.createToken({ user: 'admin', role: 'write' });
    const site: Site = { url: instance.url, token, repo: 'admin/battered' };
    await createRepo(site);

    const stop = new AbortController();
    const drivers = ['a', 'b'].map((name) => new Driver(name, site));
    const running = Promise.all(drivers.map((driver) => driver.run(stop.signal)));
    try {
      for (let n = 0; n < KILLS; n += 1) {
        const victim = VICTIMS[n % VICTIMS.length] ?? 'hub';
        await untilMore(drivers, `before kill ${n + 1}, of the ${victim}`);
        await delay(randomInt(800));
        instance = await kill(victim, instance, restart);
        site.url = instance.url;
        await untilMore(drivers, `after the ${victim} was killed`);
      }
    } finally {
      stop.abort();
      await running;
    }
    const total = drivers.reduce((sum, driver) => sum + driver.acknowledged.length, 0);
    const losses = await findLosses(site, drivers);
    t.diagnostic(`${KILLS} kills, ${total} commits acknowledged, ${losses.length} lost`);
    assert.deepEqual(losses, []);
    assert.deepEqual(
      drivers.flatMap((driver) => driver.strange),
      [],
      'nobody was told something untrue',
    );

    await t.test('no ref and no tree leads to something that is missing', async () => {
      const sent = new Map(drivers.flatMap((driver) => [...driver.sent]));
      const refs = await getJson<{ branches: { targetCommit: string }[] }>(
        site,
        `/api/models/${site.repo}/refs`,
      );
      assert.equal(refs.branches.length, 1);
      const head = refs.branches[0]?.targetCommit ?? '';
      const where = `/api/models/${site.repo}`;
      const commits = await getJson<{ id: string }[]>(site, `${where}/commits/${head}?limit=1000`);
      const known = new Set(commits.map(({ id }) => id));
      for (const { commit: oid } of drivers.flatMap((driver) => driver.acknowledged))
        if (commits.length < 1000) assert.ok(known.has(oid), `${oid} is in the history`);
      for (const name of drivers.map((_, index) => 'ab'[index] ?? '')) {
        const files = await getJson<{ path: string; type: string }[]>(
          site,
          `${where}/tree/${head}/${name}?limit=1000`,
        );
        for (const { path: file } of files)
          assert.equal(
            await fetchDigest(`${site.url}/${site.repo}/resolve/${head}/${file}`, token),
            sent.get(file),
            file,
          );
      }
    });

    await t.test(
      'the next start leaves nothing of what was under way, and takes the next upload',
      async () => {
        await instance[Symbol.asyncDispose]();
        instance = await restart();
        site.url = instance.url;
        const store = path.join(instance.data, 'objects', 'store');
        for (const entry of await readdir(path.join(store, 'incoming'), {
          recursive: true,
          withFileTypes: true,
        }))
          assert.ok(entry.isDirectory(), `${entry.parentPath}/${entry.name} was left`);
        const objects = await readdir(path.join(store, 'sha256'), { recursive: true, withFileTypes: true });
        for (const entry of objects.filter((one) => one.isFile())) {
          const bytes = await readFile(path.join(entry.parentPath, entry.name));
          assert.equal(createHash('sha256').update(bytes).digest('hex'), entry.name);
        }
        await commit(instance, site, [regularFile('after.txt', 'still here')]);
        assert.equal(
          await fetchDigest(`${site.url}/${site.repo}/resolve/main/after.txt`, token),
          createHash('sha256').update('still here').digest('hex'),
        );
      },
    );

    await t.test(
      'the ledger holds an entry for every acknowledged commit, and its chains are whole',
      async () => {
        await using superuser = await openSuperuser(instance);
        const { rows } = await superuser.pool.query<{ writer: string; body: string; kind: string }>(
          `select writer, kind, body from ledger.entry`,
        );
        const bodies = rows
          .filter(({ kind }) => kind.startsWith('commit.'))
          .map(({ body }) => body)
          .join('\n');
        for (const { commit: oid } of drivers.flatMap((driver) => driver.acknowledged))
          assert.ok(bodies.includes(oid), `${oid} is on the ledger`);
        const reader = new LedgerReader(superuser.db);
        for (const writer of new Set(rows.map((row) => row.writer)))
          for (let lane = 0; lane < LANES; lane += 1)
            assert.equal(verifyLane(await reader.listOfLane(writer, lane)), undefined);
      },
    );
  },
);
