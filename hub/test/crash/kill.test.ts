// What was acknowledged survives: each of our processes, and PostgreSQL's, is killed at random moments while clients upload and
// commit, and afterwards every commit that was called done is there, whole.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { LedgerReader, verifyLane } from '../../src/modules/ledger/index.ts';
import { startInstance, type Instance } from '../harness/instance.ts';
import { openScratch } from '../harness/scratch.ts';
import { openSuperuser } from '../harness/superuser.ts';
import { createRepo, Driver, fetchDigest, type Site } from './driver.ts';
import { findLosses, requireNextUploads, requireSound, requireWholeStore, untilMore } from './losses.ts';
import { openMail } from './mail.ts';
import { kill, VICTIMS } from './victims.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const KILLS = LONG ? 6 * VICTIMS.length : VICTIMS.length;
/** Lanes of one writer of the ledger. */
const LANES = 32;

async function getJson<Answer>({ url, token }: Site, where: string): Promise<Answer> {
  const answer = await fetch(`${url}${where}`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200, where);
  return (await answer.json()) as Answer;
}

void test(
  `acknowledged commits survive ${KILLS} kills`,
  { timeout: LONG ? 1_800_000 : 300_000 },
  async (t) => {
    await using scratch = await openScratch('kill');
    await using _ = await openMail(scratch.path);
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
        await requireWholeStore(path.join(instance.data, 'objects'));
        await requireSound(instance);
        await requireNextUploads(site);
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
