// What a sandbox would be shown is looked through for sockets, and for links in the place of what was judged.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type SandboxSpec } from '../src/sandbox/index.ts';
import { RefusedSpec } from '../src/sandbox/judgement.ts';
import { SocketSearch } from '../src/sandbox/socket-search.ts';

async function openFolders() {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-sockets-')));
  const [source, door, runs] = ['source', 'door', 'runs'].map((name) => join(folder, name));
  assert.ok(source && door && runs);
  for (const path of [join(source, 'deep', 'deeper'), door, runs]) await mkdir(path, { recursive: true });
  await writeFile(join(source, 'app.py'), '');
  const mounts = [{ from: source, to: '/source', access: 'read' }];
  const spec = { root: [], mounts, door } as unknown as SandboxSpec;
  return {
    ...{ source, door, runs, spec },
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true }),
  };
}

async function listen(path: string): Promise<AsyncDisposable> {
  const server = createServer().listen(path);
  await once(server, 'listening');
  return server;
}

void test('check() refuses a socket however deep it lies, and takes those of the door in its own folder alone', async () => {
  await using place = await openFolders();
  const search = new SocketSearch();
  await using _door = await listen(join(place.door, 'door.sock'));
  {
    await using _hidden = await listen(join(place.source, 'deep', 'deeper', 'door.sock'));
    // Of two starts that look at the same time both are refused, and what was refused is looked through again.
    const both = await Promise.allSettled([search.check(place.spec), search.check(place.spec)]);
    for (const one of both) assert.ok(one.status === 'rejected' && one.reason instanceof RefusedSpec);
    await assert.rejects(search.check(place.spec), /would show the socket .*deeper\/door\.sock/);
  }
  await search.check(place.spec);
  await using _other = await listen(join(place.door, 'other.sock'));
  await assert.rejects(search.check(place.spec), /other\.sock/);
});

void test('check() refuses a link in the place of a folder that was looked through before', async () => {
  await using place = await openFolders();
  const search = new SocketSearch();
  await search.check(place.spec);
  // As who took the hub over could: it writes the folder above.
  await rename(place.source, `${place.source}.away`);
  await symlink(place.runs, place.source);
  await assert.rejects(search.check(place.spec), (error) => {
    assert.ok(error instanceof RefusedSpec);
    assert.match(error.message, /source leads elsewhere/);
    return true;
  });
  await rm(place.source);
  await rename(`${place.source}.away`, place.source);
  await search.check(place.spec);
});

void test('check() lets others have the thread while it looks through many folders', async () => {
  await using place = await openFolders();
  for (let n = 0; n < 40; n += 1)
    for (let m = 0; m < 50; m += 1)
      await mkdir(join(place.source, String(n), String(m)), { recursive: true });
  let [others, isDone] = [0, false];
  const turn = (): void => {
    others += 1;
    if (!isDone) setImmediate(turn);
  };
  turn();
  await new SocketSearch().check(place.spec);
  isDone = true;
  assert.ok(others > 1_000, `others had ${String(others)} turns`);
});
