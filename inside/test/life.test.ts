// The life of a program inside a sandbox: what it finds, when it is said to listen, and how it ends.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import type { IncomingMessage } from 'node:http';
import { openSandbox, type TestSandbox } from './harness/sandbox.ts';

const NODE = '/opt/holdfast/node/bin/node';
const SERVER = `const http = require('node:http');
process.on('SIGTERM', () => { console.log('asked to end'); if (!process.argv.includes('stubborn')) process.exit(7); });
setTimeout(() => http.createServer((q, s) => s.end('hello ' + q.url)).listen(7860, process.argv[2]), 300);`;
const env = { LD_LIBRARY_PATH: '/opt/holdfast/node/lib' };

async function visit(sandbox: TestSandbox, path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request({ socketPath: sandbox.incoming, path }).on('response', resolve).on('error', reject).end();
  return await text(await promise);
}

async function runScript(script: string, more: object = {}): Promise<TestSandbox> {
  return await openSandbox({
    files: { 'app.sh': script },
    start: { command: ['/bin/bash', 'app.sh'], ...more },
  });
}

void test('an app is visited once it listens, on whichever loopback address that is', async () => {
  for (const address of ['127.0.0.1', '::1']) {
    await using sandbox = await openSandbox({
      files: { 'app.cjs': SERVER },
      start: { command: [NODE, 'app.cjs', address], env, port: 7860 },
    });
    await assert.rejects(visit(sandbox, '/early'), /ECONNREFUSED/);
    await sandbox.frame('listening');
    assert.equal(await visit(sandbox, '/x'), 'hello /x');
  }
});

void test('an app that is handed no socket waits for visitors at the door', async () => {
  const door = await mkdtemp('/tmp/hf-visits-');
  const arrived: Socket[] = [];
  const server = createServer((socket) => arrived.push(socket.on('error', () => undefined)));
  server.listen(`${door}/visits.sock`);
  await once(server, 'listening');
  await chmod(`${door}/visits.sock`, 0o666);
  await chmod(door, 0o755);
  {
    await using sandbox = await openSandbox({
      files: { 'app.cjs': SERVER },
      start: { command: [NODE, 'app.cjs', '127.0.0.1'], env, port: 7860, visits: 'waiting' },
      door,
    });
    await sandbox.frame('listening');
    while (arrived.length < 8) await delay(20);
    assert.equal(arrived.length, 8);
    const [visitor] = arrived;
    assert.ok(visitor);
    visitor.write('GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.match(await text(visitor), /hello \/x$/);
    // Another waits in its place.
    while (arrived.length < 9) await delay(20);
  }
  for (const socket of arrived) socket.destroy();
  server.close();
  await rm(door, { recursive: true });
});

void test('an app finds exactly the environment it was given and the way out, no descriptor and no right of ours', async () => {
  await using sandbox = await runScript(
    'env; ls -l /proc/self/fd; cat /proc/self/status; id -u; ps -o sid= -p $$',
    {
      env: { PATH: '/usr/bin', GREETING: 'two\nlines' },
    },
  );
  assert.deepEqual(await sandbox.frame('exited'), { type: 'exited', code: 0, signal: null });
  await sandbox.ended;
  const output = sandbox.output();
  const names = [...output.matchAll(/^([A-Za-z_]+)=/gm)].map(([, name]) => name);
  const proxies = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'];
  const shell = ['PWD', 'SHLVL', '_'];
  assert.deepEqual(
    names.toSorted((a, b) => (a ?? '').localeCompare(b ?? '')),
    ['PATH', 'GREETING', 'NO_PROXY', 'no_proxy', ...proxies, ...shell].toSorted((a, b) => a.localeCompare(b)),
  );
  assert.match(output, /^GREETING=two\nlines$/m);
  assert.match(output, /0 -> \/dev\/null/);
  assert.doesNotMatch(output, / [3-9] -> socket:/);
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'])
    assert.match(output, new RegExp(`^${set}:\\s0+$`, 'm'));
  assert.match(output, /^NoNewPrivs:\s1$/m);
  assert.match(output, /^1000$/m);
});

void test('files are copied, links stay links, and what cannot be read is named', async () => {
  await using scratch = await openSandbox({
    files: { 'app.sh': '' },
    start: { command: ['/bin/true'], copy: null, cwd: '/' },
  });
  await scratch.ended;
  await mkdir(`${scratch.source}/sub`);
  await writeFile(`${scratch.source}/sub/run`, 'x');
  await chmod(`${scratch.source}/sub/run`, 0o555);
  await symlink('/etc/passwd', `${scratch.source}/outside`);
  await writeFile(`${scratch.source}/sub/closed\nholdfast: forged`, 'x', { mode: 0 });
  await using copied = await openSandbox({
    files: {},
    binds: ['--ro-bind', scratch.source, '/other'],
    start: {
      command: ['/bin/bash', '-c', 'ls -l . sub; echo y >> sub/run; cat sub/run'],
      copy: { from: '/other', to: '/home/user/app' },
    },
  });
  assert.deepEqual(await copied.frame('exited'), { type: 'exited', code: 0, signal: null });
  await copied.ended;
  assert.match(copied.output(), /outside -> \/etc\/passwd/);
  assert.match(copied.output(), /^-rwxr-xr-x.* run$/m);
  assert.match(copied.output(), /^xy$/m);
  if (process.getuid?.() !== 0)
    assert.match(copied.output(), /closed\\nholdfast: forged" is not copied: EACCES/);
  assert.doesNotMatch(copied.output(), /^holdfast: forged/m);
});

void test('an app that is asked to end may do so in its own way', async () => {
  await using sandbox = await openSandbox({
    files: { 'app.cjs': SERVER },
    start: { command: [NODE, 'app.cjs', '127.0.0.1'], env, port: 7860 },
  });
  await sandbox.frame('listening');
  sandbox.send({ type: 'stop', graceMs: 20_000 });
  assert.deepEqual(await sandbox.frame('exited'), { type: 'exited', code: 7, signal: null });
  assert.equal(await sandbox.ended, 0);
  assert.match(sandbox.output(), /asked to end/);
});

void test('an app that does not end when it is asked is ended after the grace', async () => {
  await using sandbox = await openSandbox({
    files: { 'app.cjs': SERVER },
    start: { command: [NODE, 'app.cjs', '127.0.0.1', 'stubborn'], env, port: 7860 },
  });
  await sandbox.frame('listening');
  const began = performance.now();
  sandbox.send({ type: 'stop', graceMs: 700 });
  assert.deepEqual(await sandbox.frame('exited'), { type: 'exited', code: null, signal: 'SIGKILL' });
  assert.ok(performance.now() - began >= 650);
});

void test('the sandbox ends with its app, whatever that left behind, and with the runner', async () => {
  await using left = await runScript('setsid sleep 1000 & exec 5<>/dev/tcp/127.0.0.1/3128; sleep 0.2');
  await left.frame('exited');
  await left.ended;
  await using alone = await runScript('setsid sleep 1000 & sleep 1000');
  await new Promise((resolve) => setTimeout(resolve, 500));
  alone.closeChannel();
  await alone.ended;
});

void test('a program that is not there is an end with a reason, and so is a folder', async () => {
  for (const [command, said] of [
    ['/nowhere/python', /No such file/],
    ['/tmp', /Permission denied/],
  ] as const) {
    await using sandbox = await openSandbox({ files: {}, start: { command: [command] } });
    const frame = await sandbox.frame('exited');
    assert.equal(frame.type === 'exited' && frame.code !== 0, true);
    await sandbox.ended;
    assert.match(sandbox.output(), said);
  }
});
