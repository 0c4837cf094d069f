// What runs in the vault's process: as few packages of others as it can do with, and of Node nothing that starts programs, asks for
// names, speaks HTTP or TLS, or makes code out of text. The list is what is loaded in fact; whoever lengthens it does so here, and says why.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** They speak to the database (`pg` and its parts), write SQL, write the log (`pino` and its parts), and judge frames. */
const PACKAGES: readonly string[] = [
  ...['@pinojs/redact', 'atomic-sleep', 'kysely', 'on-exit-leak-free'],
  ...['pg', 'pg-connection-string', 'pg-int8', 'pg-pool', 'pg-protocol', 'pg-types'],
  ...[
    'pino',
    'pino-std-serializers',
    'postgres-array',
    'postgres-bytea',
    'postgres-date',
    'postgres-interval',
  ],
  ...['quick-format-unescaped', 'safe-stable-stringify', 'sonic-boom', 'thread-stream', 'xtend', 'zod'],
];
/** Of our own. */
const WORKSPACES: readonly string[] = ['door', 'kernel', 'notary', 'platform', 'supervisor', 'vault'];
/** What our own code there has of Node: `net` leads to the database's socket, and to those that were inherited. */
const MODULES: readonly string[] = [
  ...['node:buffer', 'node:crypto', 'node:events', 'node:fs', 'node:fs/promises', 'node:net', 'node:path'],
  ...['node:stream', 'node:string_decoder', 'node:timers/promises', 'node:util'],
];

/** Tells each module that is loaded, and by whom. */
const TELL = `import { registerHooks } from 'node:module';
import { writeSync } from 'node:fs';
registerHooks({ resolve(specifier, context, next) {
  const found = next(specifier, context);
  writeSync(1, JSON.stringify([found.url, context.parentURL ?? '']) + '\\n');
  return found;
} });`;

/** Starts the vault's program without anybody to tell it what to do: all that it stands on is loaded by then. */
async function listLoaded(): Promise<readonly (readonly [url: string, by: string])[]> {
  const hook = `data:text/javascript,${encodeURIComponent(TELL)}`;
  const child = spawn(process.execPath, ['--import', hook, path.join(ROOT, 'vault/src/main.ts')], {
    env: {},
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  const channel = child.stdio[3];
  if (channel !== null && channel !== undefined && 'destroy' in channel) channel.destroy();
  const told = child.stdout === null ? '' : await text(child.stdout);
  await ended;
  return told
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, string]);
}

function packageOf(url: string): string | undefined {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
}

function sorted(names: Iterable<string | undefined>): string[] {
  return [...new Set(names)].filter((name) => name !== undefined).toSorted();
}

void test('the vault loads the packages that it is known to need, and no other', async () => {
  const loaded = await listLoaded();
  const own = loaded.filter(([url]) => url.startsWith('file:') && packageOf(url) === undefined);
  assert.ok(own.length > 100, `${own.length} of our own files are loaded`);
  assert.deepEqual(sorted(loaded.map(([url]) => packageOf(url))), PACKAGES);
  assert.deepEqual(
    sorted(own.map(([url]) => path.relative(ROOT, new URL(url).pathname).split('/')[0])),
    WORKSPACES,
  );
  const ofNode = loaded.filter(([url, by]) => url.startsWith('node:') && packageOf(by) === undefined);
  assert.deepEqual(sorted(ofNode.map(([url]) => url)), MODULES);
});
