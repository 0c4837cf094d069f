// Somebody put database and record of the notary back together, which agree with one another, and the endpoint for checkpoints alone
// knows better: it is asked at every start, and who keeps it from answering does not get an older ledger served in silence.
import assert from 'node:assert/strict';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { type ServerResponse } from 'node:http';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { CheckpointEndpoint } from '../harness/checkpoint-endpoint.ts';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { startInstance, type Instance } from '../harness/instance.ts';
import { recordEntries } from '../harness/ledger-files.ts';
import { openNotaryFolder, openTestNotary, type TestNotaryOptions } from '../harness/notary.ts';
import { openScratch, type Scratch } from '../harness/scratch.ts';

const LIMIT = { timeout: 120_000 };
const LONG = { timeout: 240_000 };

interface RolledBack extends AsyncDisposable {
  readonly endpoint: CheckpointEndpoint;
  /** A database with the first ten entries, and the record of then. */
  readonly older: TestDatabase;
  readonly own: Scratch & { readonly folder: string };
}

/** Ten entries are signed, and then ten more, which only the endpoint knows of. */
async function rollBack(more = 10): Promise<RolledBack> {
  await using stack = new AsyncDisposableStack();
  const endpoint = stack.use(await CheckpointEndpoint.open());
  const own = stack.use(await openNotaryFolder());
  const older = stack.use(await openTestDatabase());
  {
    await using notary = await openTestNotary(older.notary, own);
    await recordEntries(older, 10);
    await notary.round();
  }
  const ahead = path.join(own.path, 'ahead');
  await cp(own.folder, ahead, { recursive: true });
  await rm(path.join(ahead, 'last-signed.json'));
  await using newer = await openTestDatabase();
  {
    await using notary = await openTestNotary(newer.notary, { folder: ahead, url: endpoint.url });
    await recordEntries(newer, 10 + more);
    await notary.round();
    await until(() => endpoint.got.length > 0);
  }
  endpoint.got.length = 0;
  const running = stack.move();
  return { endpoint, older, own, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const began = Date.now();
  while (!(await holds())) {
    assert.ok(Date.now() - began < 60_000, 'in time');
    await delay(20);
  }
}

async function sealedBy({ older, own, endpoint }: RolledBack, more: Partial<TestNotaryOptions> = {}) {
  const { url = endpoint.url, ...rest } = more;
  await using notary = await openTestNotary(older.notary, { ...own, ...rest, ...(url !== '' && { url }) });
  if (notary.opened.sealed !== undefined) assert.equal(notary.opened.notary, undefined, 'it signs nothing');
  return notary.opened.sealed;
}

void test('a database behind what the endpoint was sent starts sealed', LIMIT, async () => {
  await using back = await rollBack();
  assert.deepEqual(await sealedBy(back), { why: 'behind', signed: 20, found: 10 });
  assert.equal(back.endpoint.got.length, 0, 'nothing is sent there');
  const { older, own, endpoint } = back;
  await using notary = await openTestNotary(older.notary, { ...own, url: endpoint.url, acceptLoss: true });
  await notary.round();
  await until(() => endpoint.got.length > 0);
  assert.match(endpoint.note ?? '', /^holdfast-ledger\/[0-9a-f]{16}\/2\n10\n/);
});

void test(
  'a database with others of the entries than the endpoint was sent starts sealed',
  LIMIT,
  async () => {
    {
      await using back = await rollBack(0);
      assert.deepEqual(await sealedBy(back), { why: 'changed', signed: 10, found: 10 });
    }
    // The file tells of the tree that is here; it does not outweigh the endpoint.
    await using back = await rollBack(0);
    const file = path.join(back.own.path, 'checkpoint');
    {
      await using notary = await openTestNotary(back.older.notary, { ...back.own, file });
      await recordEntries(back.older, 5);
      await notary.round();
    }
    assert.deepEqual(await sealedBy(back, { file }), { why: 'changed', signed: 10, found: 15 });
  },
);

const SILENCES: readonly (readonly [string, (response: ServerResponse) => void])[] = [
  ['refuses', (response) => void response.writeHead(500).end()],
  ['sends us elsewhere', (response) => void response.writeHead(302, { location: '/nothing' }).end()],
  ['gives what nobody signed', (response) => void response.writeHead(200).end('all is well\n')],
  ['says more than a checkpoint can', (response) => void response.writeHead(200).end('x'.repeat(100_000))],
  ['hangs up', (response) => void response.socket?.destroy()],
];

void test(
  'an endpoint that is kept from answering seals a start to which nobody else tells',
  LIMIT,
  async () => {
    await using back = await rollBack();
    let n = 0;
    back.endpoint.get = (response) => {
      const [, answer] = SILENCES[n++ % SILENCES.length] ?? assert.fail();
      answer(response);
    };
    assert.deepEqual(await sealedBy(back), { why: 'untold', signed: 10, found: 10 });
    assert.ok(n >= SILENCES.length, `each way not to answer was tried: ${String(n)}`);
    assert.equal(back.endpoint.got.length, 0, 'nothing is sent there');
  },
);

void test(
  'where the file tells, a silent endpoint gets nothing until it told, and seals the notary by what it tells',
  LIMIT,
  async () => {
    await using back = await rollBack();
    const { older, own, endpoint } = back;
    const file = path.join(own.path, 'checkpoint');
    {
      await using notary = await openTestNotary(older.notary, { ...own, file });
      await recordEntries(older, 1);
      await notary.round();
    }
    endpoint.get = (response) => void response.writeHead(503).end();
    await using notary = await openTestNotary(older.notary, { ...own, file, url: endpoint.url });
    assert.deepEqual([notary.opened.sealed, notary.opened.silent], [undefined, true]);
    const stop = new AbortController();
    const ended = notary.opened.notary?.run(stop.signal);
    await recordEntries(older, 1);
    const asked = endpoint.asked;
    await until(() => endpoint.asked > asked);
    assert.equal(endpoint.got.length, 0, 'what it knows is not written over');
    endpoint.get = undefined;
    assert.equal((await ended)?.why, 'behind');
    assert.equal(endpoint.got.length, 0);
    await notary[Symbol.asyncDispose]();
    // Whoever put the database back may have the endpoint forget, or be away, when the instance starts again.
    const missed = { why: 'behind', signed: 20, found: 12 };
    assert.deepEqual(await sealedBy(back, { file, url: '' }), missed, 'without the endpoint');
    endpoint.note = undefined;
    assert.deepEqual(await sealedBy(back, { file }), missed, 'with one that is empty');
    const accepted = await sealedBy(back, { file, acceptLoss: true });
    assert.equal(accepted, undefined);
    assert.equal(await sealedBy(back, { file }), undefined, 'once was enough');
  },
);

void test(
  'a start that was sealed stays so without the endpoint, until the database holds what it told',
  LIMIT,
  async () => {
    await using back = await rollBack();
    assert.equal((await sealedBy(back))?.why, 'behind');
    assert.deepEqual(await sealedBy(back, { url: '' }), { why: 'behind', signed: 20, found: 10 });
  },
);

void test(
  'a fork that outgrew what an endpoint told does not lift the seal, however often it is started',
  LIMIT,
  async () => {
    await using back = await rollBack();
    const file = path.join(back.own.path, 'checkpoint');
    {
      back.endpoint.get = (response) => void response.writeHead(503).end();
      await using notary = await openTestNotary(back.older.notary, {
        ...back.own,
        file,
        url: back.endpoint.url,
        goesOn: true,
      });
      await recordEntries(back.older, 15);
      await notary.round();
    }
    back.endpoint.get = undefined;
    assert.equal((await sealedBy(back, { file }))?.why, 'changed');
    // Now that the endpoint is away there is the file, which holds what the database does, and what is kept.
    for (let starts = 0; starts < 3; starts += 1)
      assert.equal((await sealedBy(back, { file, url: '' }))?.why, 'changed', `start ${starts}`);
  },
);

void test('an endpoint that lost what it had is as one that does not tell', LONG, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using endpoint = await CheckpointEndpoint.open();
  await using other = await CheckpointEndpoint.open();
  const file = path.join(own.path, 'checkpoint');
  const open = async (more: Partial<TestNotaryOptions> = {}) =>
    await openTestNotary(database.notary, { ...own, url: endpoint.url, ...more });
  {
    await using notary = await open({ file });
    assert.equal(notary.opened.silent, false, 'at the first start it has none');
    await recordEntries(database, 3);
    await notary.round();
    await until(() => endpoint.got.length > 0);
  }
  const kept = endpoint.note;
  endpoint.note = undefined;
  {
    await using notary = await open();
    assert.equal(notary.opened.sealed?.why, 'untold', 'nobody else tells');
  }
  {
    await using notary = await open({ file });
    assert.deepEqual([notary.opened.sealed, notary.opened.silent], [undefined, true]);
    const posts = endpoint.got.length;
    await recordEntries(database, 1);
    await notary.round();
    assert.equal(endpoint.got.length, posts, 'it gets nothing');
    assert.match(notary.lines.join(''), /it has none, and had one before/);
  }
  {
    // Its loss is accepted as all other loss: from then on it is told again.
    const posts = endpoint.got.length;
    await using notary = await open({ acceptLoss: true });
    assert.equal(notary.opened.lost?.why, 'untold');
    const stop = new AbortController();
    const ended = notary.opened.notary?.run(stop.signal);
    await recordEntries(database, 1);
    await until(() => endpoint.got.length > posts);
    stop.abort();
    await ended;
  }
  {
    await using notary = await open({ url: other.url });
    assert.deepEqual([notary.opened.sealed, notary.opened.silent], [undefined, false], 'another one is new');
  }
  // It is the other that had one last now: of this one "none" is believed, and what it had is older.
  endpoint.note = kept;
  await using notary = await open();
  assert.deepEqual(
    [notary.opened.sealed, notary.opened.silent],
    [undefined, false],
    'it was handed what it had',
  );
});

void test(
  'an endpoint that tells late and knows of nothing else gets checkpoints from then on',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    await using endpoint = await CheckpointEndpoint.open();
    endpoint.get = (response) => void response.writeHead(503).end();
    // Its key was made just now: there is nothing that an endpoint could know.
    await using notary = await openTestNotary(database.notary, { ...own, url: endpoint.url });
    assert.deepEqual([notary.opened.sealed, notary.opened.silent], [undefined, true]);
    const stop = new AbortController();
    const ended = notary.opened.notary?.run(stop.signal);
    await recordEntries(database, 3);
    const asked = endpoint.asked;
    await until(() => endpoint.asked > asked);
    assert.equal(endpoint.got.length, 0);
    endpoint.get = undefined;
    await until(() => endpoint.note !== undefined);
    assert.match(endpoint.note ?? '', /^holdfast-ledger\/[0-9a-f]{16}\n3\n/);
    stop.abort();
    assert.equal(await ended, undefined);
  },
);

void test(
  'a notary that goes on in a running instance does not seal it over a silent endpoint',
  LIMIT,
  async () => {
    await using back = await rollBack();
    back.endpoint.get = (response) => void response.writeHead(503).end();
    assert.equal(await sealedBy(back, { goesOn: true }), undefined);
    back.endpoint.get = undefined;
    assert.equal((await sealedBy(back, { goesOn: true }))?.why, 'behind', 'by what it tells it does');
  },
);

async function readSilence(instance: Instance, token: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${token}` };
  const text = await (await fetch(`${instance.url}/metrics`, { headers })).text();
  return /^holdfast_checkpoint_endpoint_silent (\S+)$/m.exec(text)?.[1];
}

void test(
  'an instance says that its endpoint is silent, and starts sealed where that alone would tell',
  LONG,
  async () => {
    await using endpoint = await CheckpointEndpoint.open();
    await using scratch = await openScratch('silent');
    await mkdir(path.join(scratch.path, 'data'), { mode: 0o700 });
    const config = { checkpoints: { url: endpoint.url } };
    await writeFile(path.join(scratch.path, 'data', 'config.json'), JSON.stringify(config));
    const away = (response: ServerResponse) => void response.writeHead(503).end();
    endpoint.get = away;
    {
      await using first = await startInstance({ folder: scratch.path });
      assert.match(first.output, /endpoint for checkpoints does not tell which it has last/);
      const token = await first.createToken({ user: 'admin', role: 'read' });
      assert.equal(await readSilence(first, token), '1');
      assert.equal(endpoint.got.length, 0);
      endpoint.get = undefined;
      await until(async () => (await readSilence(first, token)) === '0');
      await until(() => endpoint.got.length > 0);
    }
    endpoint.get = away;
    {
      await using second = await startInstance({ folder: scratch.path });
      assert.match(second.output, /This instance is sealed: the endpoint for checkpoints did not tell/);
      assert.equal((await fetch(`${second.url}/readyz`)).status, 503);
    }
    endpoint.get = undefined;
    await using third = await startInstance({ folder: scratch.path });
    assert.doesNotMatch(third.output, /sealed|does not tell/);
  },
);
