// The search that other tests rest on: a search that finds nothing anywhere shows nothing. Here it finds a value in each shape in which
// bytes are packed, however large, and says what it could not look at.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { huntFiles, huntProcesses } from '../apps/hunt.ts';
import { mustRun } from '../harness/program.ts';
import { openScratch } from '../harness/scratch.ts';

const LIMIT = { timeout: 120_000 };
const VALUE = randomBytes(24).toString('base64url');
const HUNTED = [{ name: 'it', value: VALUE }];
const AROUND = randomBytes(50);
/** More than is looked at in one piece; it does not get smaller when it is packed. */
const MUCH = randomBytes(9_000_000);
const LARGE = Buffer.concat([MUCH, Buffer.from(VALUE), AROUND]);

function within(content: Buffer): Buffer {
  return Buffer.concat([AROUND, content, AROUND]);
}

/** A file of an archive whose head does not say how long it is, as a stream writes it. */
function zipOf(content: Buffer): Buffer {
  const head = Buffer.alloc(30);
  head.write('PK\u0003\u0004', 'latin1');
  head.writeUInt16LE(8, 8);
  head.writeUInt16LE(4, 26);
  return Buffer.concat([head, Buffer.from('name'), deflateRawSync(content)]);
}

async function tarOf(folder: string, content: Buffer): Promise<Buffer> {
  await mkdir(folder);
  await writeFile(path.join(folder, 'inner'), content);
  await mustRun('tar', ['-czf', path.join(folder, 'out.tar.gz'), '-C', folder, 'inner']);
  return await readFile(path.join(folder, 'out.tar.gz'));
}

void test('a value is found in every shape, in large files as in small ones', LIMIT, async () => {
  await using scratch = await openScratch('hunt');
  const bytes = Buffer.from(VALUE);
  const planted: Readonly<Record<string, Buffer>> = {
    plain: within(bytes),
    hex: within(Buffer.from(bytes.toString('hex'))),
    'HEX in gzip': gzipSync(bytes.toString('hex').toUpperCase()),
    wide: within(Buffer.from(VALUE, 'utf16le')),
    ...Object.fromEntries(
      ['', 'a', 'ab'].map((lead) => [
        `base64 behind ${lead.length}`,
        within(Buffer.from(Buffer.from(`${lead}${VALUE}`).toString('base64'))),
      ]),
    ),
    'large plain': LARGE,
    'across two parts': Buffer.concat([Buffer.alloc(8 * 1024 * 1024 - 5), bytes, AROUND]),
    'large gzip': gzipSync(LARGE),
    'large gzip after much': Buffer.concat([MUCH, gzipSync(LARGE), AROUND]),
    'large zlib': deflateSync(LARGE),
    'large brotli': brotliCompressSync(LARGE, { params: { 0: 0, 1: 1 } }),
    'large zstd': within(zstdCompressSync(LARGE)),
    'large raw deflate': deflateRawSync(LARGE),
    'zlib within a pack': within(deflateSync(bytes)),
    'zlib of the lowest level': within(deflateSync(bytes, { level: 1 })),
    'second gzip': Buffer.concat([gzipSync(AROUND), gzipSync(bytes)]),
    'gzip that breaks off': gzipSync(LARGE).subarray(0, -20),
    'gzip that goes on as something else': Buffer.concat([
      gzipSync(LARGE).subarray(0, -20),
      Buffer.alloc(90_000, 7),
    ]),
    zip: within(zipOf(bytes)),
    'zip in gzip': gzipSync(within(zipOf(LARGE))),
    'gzip in gzip in zstd': zstdCompressSync(within(gzipSync(within(gzipSync(bytes))))),
    'zip in tar': await tarOf(path.join(scratch.path, 'made'), zipOf(bytes)),
  };
  const folder = path.join(scratch.path, 'below');
  await mkdir(folder);
  for (const [name, content] of Object.entries(planted)) await writeFile(path.join(folder, name), content);
  await writeFile(path.join(folder, 'nothing'), Buffer.concat([MUCH, gzipSync(MUCH), zipOf(AROUND)]));
  const found = await huntFiles(folder, HUNTED, new Date(0));
  assert.deepEqual(
    found.map(({ name, where }) => `${name} in ${path.basename(where)}`).toSorted(),
    Object.keys(planted)
      .map((name) => `it in ${name}`)
      .toSorted(),
  );
});

void test('what is packed too often to be searched is said', LIMIT, async () => {
  await using scratch = await openScratch('hunt');
  let packed: Buffer = randomBytes(20_000);
  for (let round = 0; round < 6; round += 1) packed = gzipSync(packed);
  await writeFile(path.join(scratch.path, 'often'), packed);
  const [found, ...more] = await huntFiles(scratch.path, HUNTED, new Date(0));
  assert.match(found?.name ?? '', /could not be searched/);
  assert.deepEqual(more, []);
});

/**
 * A program that keeps in memory what is said to it, and has neither that nor the value among its arguments: what comes to it is changed
 * byte by byte, so that no pipe and no buffer of a pipe has it either.
 */
const KEEPER = `let kept;
process.stdin.once('data', (bytes) => {
  kept = Buffer.from(bytes.map((byte) => byte ^ 0x55));
  process.stdout.write('here');
});
setInterval(() => kept, 1000);`;

async function startKeeper(kept: Buffer): Promise<ChildProcess & AsyncDisposable> {
  const child = spawn(process.execPath, ['-e', KEEPER], { env: {}, stdio: ['pipe', 'pipe', 'inherit'] });
  const said = once(child.stdout, 'data');
  child.stdin.write(Buffer.from(kept.map((byte) => byte ^ 0x55)));
  await said;
  return Object.assign(child, {
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  });
}

async function huntOne(pid = 0): Promise<string[]> {
  return (await huntProcesses([[pid, 'it']], HUNTED)).map(({ name }) => name);
}

const IN_MEMORY: Readonly<Record<string, Buffer>> = {
  plain: Buffer.from(VALUE),
  hex: Buffer.from(Buffer.from(VALUE).toString('hex')),
  wide: Buffer.from(VALUE, 'utf16le'),
  base64: Buffer.from(Buffer.from(`x${VALUE}`).toString('base64')),
  gzip: gzipSync(VALUE),
  zlib: deflateSync(VALUE),
  // Of few bytes it packs nothing.
  zstd: zstdCompressSync(VALUE + randomBytes(300).toString('hex')),
};

for (const [form, bytes] of Object.entries(IN_MEMORY))
  void test(`a value is found in the memory of a process that must not have it: ${form}`, LIMIT, async () => {
    await using keeper = await startKeeper(within(bytes));
    assert.deepEqual(await huntOne(keeper.pid), ['it']);
  });

void test('a process that has no value has none, and one that has ended no memory', LIMIT, async () => {
  await using keeper = await startKeeper(randomBytes(40));
  assert.deepEqual(await huntOne(keeper.pid), []);
  const ended = once(keeper, 'exit');
  keeper.kill('SIGKILL');
  await ended;
  assert.deepEqual(await huntOne(keeper.pid), []);
});

void test('a value is found in a command line and in an environment', LIMIT, async () => {
  const places = [
    { argv: [VALUE], env: {} },
    { argv: [], env: { SOME: VALUE } },
  ];
  for (const { argv, env } of places) {
    const child = spawn('/bin/sleep', ['60'], { env, argv0: argv[0] ?? 'sleep' });
    try {
      await once(child, 'spawn');
      assert.deepEqual(await huntOne(child.pid), ['it']);
    } finally {
      child.kill('SIGKILL');
    }
  }
});

void test('what of a process cannot be read is said', LIMIT, async () => {
  const unread = await unprivileged(async () => await huntOne(1));
  assert.deepEqual(
    unread.map((name) => /^what could not be searched: .*(maps|environ)/.exec(name)?.[1]),
    ['environ', 'maps'],
  );
});

async function unprivileged<Result>(act: () => Promise<Result>): Promise<Result> {
  const NOBODY = 65_534;
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    return await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
