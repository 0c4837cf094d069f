// The admin commands against a stand-in hub on a real socket.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';

const MAIN = join(dirname(import.meta.dirname), 'src', 'main.ts');
const LIMIT = { timeout: 60_000 };

interface Asked {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

interface StandIn extends AsyncDisposable {
  readonly folder: string;
  readonly asked: Asked[];
}

/** Answers every request alike, in a data directory deeper than a socket's path may be. */
async function openStandIn(status: number, answer: object, refusal?: string): Promise<StandIn> {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-admin-'));
  const folder = join(home, 'deep'.repeat(40), 'data');
  mkdirSync(join(folder, 'run'), { recursive: true });
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (bytes: Buffer) => (text += bytes.toString()));
    request.on('end', () => {
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      asked.push({
        line: `${String(request.method)} ${String(request.url)}`,
        headers: request.headers,
        body,
      });
      const headers = { 'content-type': 'application/json', ...(refusal && { 'x-error-code': refusal }) };
      response.writeHead(status, headers).end(JSON.stringify(answer));
    });
  });
  symlinkSync(join(folder, 'run'), join(home, 'short'));
  server.listen(join(home, 'short', 'admin.sock'));
  await once(server, 'listening');
  return {
    folder,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function run(
  folder: string,
  ...words: string[]
): Promise<{ code: number; out: string; error: string }> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', HOLDFAST_DATA: folder },
  });
  let out = '';
  let error = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (error += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, error };
}

void test('admin token create prints the token alone and says who asked', LIMIT, async () => {
  await using hub = await openStandIn(201, { id: 'a', token: 'hf_x', expiresAt: null });
  const words = ['admin', 'token', 'create', '--user', 'admin', '--name', 'my laptop', '--role', 'write'];
  const { code, out } = await run(hub.folder, ...words);
  assert.deepEqual([code, out], [0, 'hf_x\n']);
  const [asked] = hub.asked;
  assert.equal(asked?.line, 'POST /admin/tokens');
  assert.deepEqual(asked.body, { user: 'admin', name: 'my laptop', role: 'write' });
  const claim = JSON.parse(String(asked.headers['x-holdfast-operator'])) as {
    user: string;
    command: string[];
  };
  assert.deepEqual(claim.command, words);
  assert.ok(claim.user.length > 0);
});

void test('admin commands send each word as one segment, whatever is in it', LIMIT, async () => {
  await using hub = await openStandIn(200, { name: 'x', password: 'p' });
  await run(hub.folder, 'admin', 'user', 'reset-password', '../tokens?user=a/b');
  assert.equal(hub.asked[0]?.line, 'POST /admin/users/..%2Ftokens%3Fuser%3Da%2Fb/reset-password');
});

void test(
  'a refusal of the hub is told on standard error, in the exit code, and in JSON when asked',
  LIMIT,
  async () => {
    await using hub = await openStandIn(409, { error: 'There is no bob.' }, 'AccountMissing');
    const words = ['admin', 'user', 'create', 'bob', '--email', 'b@example.org'];
    const plain = await run(hub.folder, ...words);
    assert.deepEqual([plain.code, plain.out], [1, '']);
    assert.match(plain.error, /^Error: There is no bob\.\nWhat to do: the `list` commands/);
    const json = await run(hub.folder, ...words, '--json');
    const said = JSON.parse(json.error) as { error: string; message: string };
    assert.deepEqual([said.error, said.message], ['AccountMissing', 'There is no bob.']);
  },
);

void test(
  'without an instance the commands say which directory was tried and how to go on',
  LIMIT,
  async () => {
    const { code, error } = await run('/nonexistent/data', 'admin', 'user', 'list');
    assert.equal(code, 3);
    assert.match(error, /no running Holdfast answers for \/nonexistent\/data.*\nWhat to do: start it/);
  },
);

void test('lists are tables for people and the hub’s own answer for programs', LIMIT, async () => {
  const users = [{ id: '1', name: 'alice', email: 'a@b', admin: true, createdAt: '2026', disabledAt: null }];
  await using hub = await openStandIn(200, users);
  const table = await run(hub.folder, 'admin', 'user', 'list');
  assert.match(table.out, /^NAME +EMAIL +KIND +STATE +CREATED\nalice +a@b +administrator +active +2026\n$/);
  const json = await run(hub.folder, 'admin', 'user', 'list', '--json');
  assert.deepEqual(JSON.parse(json.out), users);
});

void test('who takes the last owner from an organisation is told how it gets another', LIMIT, async () => {
  for (const [act, rest] of [
    ['disable', { recorded: true }],
    ['remove-second-factor', {}],
  ] as const) {
    await using hub = await openStandIn(200, { name: 'ada', ownerless: ['acme', 'apex'], ...rest });
    const { out } = await run(hub.folder, 'admin', 'user', act, 'ada');
    for (const org of ['acme', 'apex'])
      assert.match(
        out,
        new RegExp(`administers ${org} now; .*admin org member ${org} --user NAME --role admin`),
        act,
      );
  }
  await using hub = await openStandIn(200, { name: 'ada', ownerless: [], recorded: true });
  assert.equal((await run(hub.folder, 'admin', 'user', 'disable', 'ada')).out, 'Disabled ada\n');
});
