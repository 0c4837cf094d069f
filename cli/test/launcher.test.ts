// The launcher against registries that fail, lie or stall: nothing that is not whole and right is ever used.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

const REPOSITORY = dirname(dirname(import.meta.dirname));
const LIMIT = { timeout: 60_000 };

interface Result {
  readonly code: number | null;
  readonly error: string;
}

function openCheckout(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-launcher-'));
  for (const name of ['holdfast', 'package.json', 'package-lock.json', '.npmrc'])
    copyFileSync(join(REPOSITORY, name), join(path, name));
  cpSync(join(REPOSITORY, 'cli'), join(path, 'cli'), { recursive: true });
  return {
    path,
    [Symbol.dispose]: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

async function openRegistry(
  answer: RequestListener,
): Promise<AsyncDisposable & { readonly address: string }> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function launch(checkout: string, env: Readonly<Record<string, string>>, word = 'version'): ChildProcess {
  return spawn(join(checkout, 'holdfast'), [word], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', ...env },
  });
}

async function resultOf(child: ChildProcess): Promise<Result> {
  let error = '';
  child.stderr?.on('data', (bytes: Buffer) => (error += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, error };
}

function leftIn(checkout: string): string[] {
  const tools = join(checkout, '.tools');
  return existsSync(tools) ? readdirSync(tools).filter((name) => name !== 'lock') : [];
}

void test(
  'the launcher refuses a package that is not the one it was written for, and leaves nothing of it',
  LIMIT,
  async () => {
    using checkout = openCheckout();
    await using registry = await openRegistry((_request, response) => response.end('not what was expected'));
    const { code, error } = await resultOf(launch(checkout.path, { NPM_CONFIG_REGISTRY: registry.address }));
    assert.equal(code, 3);
    assert.match(
      error,
      /is not what was expected: its SHA-512 is [0-9a-f]{128}\nWhat to do: do not use this registry/,
    );
    assert.deepEqual(leftIn(checkout.path), []);
  },
);

void test('the launcher says which address could not be fetched and what to set', LIMIT, async () => {
  using checkout = openCheckout();
  const asked: string[] = [];
  await using registry = await openRegistry((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(404).end();
  });
  const { code, error } = await resultOf(
    launch(checkout.path, { npm_config_registry: `${registry.address}/` }),
  );
  assert.equal(code, 3);
  assert.match(error, /could not be fetched\nWhat to do: .*NPM_CONFIG_REGISTRY/);
  assert.match(asked[0] ?? '', /^\/node-[a-z0-9-]+\/-\/node-[a-z0-9-]+-\d+\.\d+\.\d+\.tgz$/);
  assert.deepEqual(leftIn(checkout.path), []);
});

void test('the launcher tells a registry its password, and shows it to nobody', LIMIT, async () => {
  using checkout = openCheckout();
  const told: (string | undefined)[] = [];
  const commands: string[] = [];
  await using registry = await openRegistry((request, response) => {
    told.push(request.headers.authorization);
    commands.push(...commandLines());
    response.writeHead(404).end();
  });
  const address = registry.address.replace('//', '//reader:pass%20word@');
  const { code, error } = await resultOf(launch(checkout.path, { NPM_CONFIG_REGISTRY: address }));
  assert.equal(code, 3);
  assert.equal(told[0], `Basic ${Buffer.from('reader:pass word').toString('base64')}`);
  assert.ok(error.includes(`${registry.address}/node-`), error);
  assert.doesNotMatch(error, /pass/);
  assert.deepEqual(
    commands.filter((command) => command.includes('pass%20word')),
    [],
  );
});

/** The command lines of all that runs here: what everybody on the machine may read. */
function commandLines(): string[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map((id) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8');
    } catch {
      return ''; // ended meanwhile
    }
  });
}

void test(
  'a download that is killed is done again, and a second launcher waits for the first',
  LIMIT,
  async () => {
    using checkout = openCheckout();
    let requests = 0;
    await using registry = await openRegistry((_request, response) => {
      requests += 1;
      response.writeHead(200).write('begun'); // and never ended
    });
    const env = { NPM_CONFIG_REGISTRY: registry.address };
    const first = launch(checkout.path, env);
    while (requests === 0) await delay(20);
    const [firstPart = ''] = leftIn(checkout.path);
    assert.match(firstPart, /^part\./);
    const second = launch(checkout.path, env);
    let said = '';
    second.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
    while (!said.includes('Waiting for another')) await delay(20);
    assert.equal(requests, 1);
    first.kill('SIGKILL');
    while (requests === 1) await delay(20);
    assert.ok(!leftIn(checkout.path).includes(firstPart), 'what the first left is gone');
    second.kill('SIGKILL');
  },
);

void test('the launcher works through a link and from any folder', LIMIT, async () => {
  using checkout = openCheckout();
  const elsewhere = join(checkout.path, 'bin');
  mkdirSync(elsewhere);
  symlinkSync('../holdfast', join(elsewhere, 'holdfast'));
  await using registry = await openRegistry((_request, response) => response.writeHead(404).end());
  await resultOf(launch(elsewhere, { NPM_CONFIG_REGISTRY: registry.address }));
  assert.ok(existsSync(join(checkout.path, '.tools')), 'it found its checkout');
  assert.ok(!existsSync(join(elsewhere, '.tools')));
});

void test('the launcher keeps the password out of the environment of all it starts', LIMIT, async () => {
  using checkout = openCheckout();
  let requests = 0;
  await using registry = await openRegistry((_request, response) => {
    requests += 1;
    response.writeHead(200).write('begun'); // and never ended
  });
  const env = { NPM_CONFIG_REGISTRY: registry.address, HOLDFAST_ADMIN_PASSWORD: 'correct horse' };
  const child = launch(checkout.path, env, 'start');
  while (requests === 0) await delay(20);
  const children = readFileSync(`/proc/${String(child.pid)}/task/${String(child.pid)}/children`, 'utf8');
  const pids = children.split(' ').filter(Boolean);
  child.kill('SIGKILL');
  assert.ok(pids.length > 0);
  for (const pid of pids) {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    assert.match(environment, /NPM_CONFIG_REGISTRY/);
    assert.doesNotMatch(environment, /correct horse/);
  }
});
