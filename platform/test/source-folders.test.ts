// Folders of files: whole or not there, and with no path that leads out of them.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { SourceFolders, type SourceFile } from '../src/source-folders.ts';

const SIGNAL = new AbortController().signal;
const AT = { owner: 'a'.repeat(24), name: 'b'.repeat(40) };

function fileOf(path: string, text: string, kind: SourceFile['kind'] = 'file'): SourceFile {
  return { path, kind, content: () => Promise.resolve(Buffer.from(text)) };
}

/** More than there is memory. */
async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield await Promise.resolve(Buffer.alloc(1_000, 'x'));
}

async function open() {
  const root = await mkdtemp(join(tmpdir(), 'holdfast-sources-'));
  const folders = new SourceFolders(join(root, 'sources'));
  const remove = async (): Promise<void> => await rm(root, { recursive: true, force: true });
  return { root, folders, at: join(root, 'sources', AT.owner, AT.name), [Symbol.asyncDispose]: remove };
}

void test('files, programs and links are written as they are, and readable to others', async () => {
  await using opened = await open();
  const { folders, at } = opened;
  const files = [
    fileOf('app.py', 'x'),
    fileOf('bin/run', 'y', 'program'),
    fileOf('etc', '/etc/passwd', 'link'),
  ];
  await folders.write(AT, files, SIGNAL);
  assert.equal(await readFile(join(at, 'app.py'), 'utf8'), 'x');
  assert.equal((await stat(join(at, 'app.py'))).mode & 0o777, 0o644);
  assert.equal((await stat(join(at, 'bin/run'))).mode & 0o777, 0o755);
  assert.equal((await stat(at)).mode & 0o777, 0o755);
  assert.equal(await readlink(join(at, 'etc')), '/etc/passwd');
  assert.equal(await folders.has(AT.owner, AT.name), true);
});

void test('no path leads out of its folder, not through a link either, and nothing is left of one that would', async () => {
  await using opened = await open();
  const { folders, root } = opened;
  const hostile: readonly (readonly SourceFile[])[] = [
    ...['../out', '/out', 'a/../../out', 'a//b', './a', 'a/.', ''].map((path) => [fileOf(path, 'x')]),
    // A link and a file below it, in either order.
    [fileOf('a', '../..', 'link'), fileOf('a/out', 'x')],
    [fileOf('a/out', 'x'), fileOf('a', '../..', 'link')],
    [fileOf('a', '..', 'link'), fileOf('a/b', 'c', 'link')],
    [fileOf('same', 'x'), fileOf('same', 'y')],
    [fileOf('a', 'x\0y', 'link')],
    [fileOf('a', '', 'link')],
    [fileOf('a', 'x'.repeat(4_096), 'link')],
    [{ ...fileOf('a', '', 'link'), content: () => Promise.resolve(endless()) }],
  ];
  for (const files of hostile)
    await assert.rejects(folders.write(AT, files, SIGNAL), JSON.stringify(files.map(({ path }) => path)));
  assert.deepEqual(await readdir(root), ['sources']);
  assert.deepEqual(await readdir(join(root, 'sources')), [AT.owner]);
  assert.deepEqual(await readdir(join(root, 'sources', AT.owner)), []);
});

void test('only what is wanted stays, and nothing of what was left unfinished', async () => {
  await using opened = await open();
  const { folders } = opened;
  for (const name of ['one', 'two']) await folders.write({ ...AT, name }, [fileOf('a', name)], SIGNAL);
  const failing = { path: 'a', kind: 'file', content: () => Promise.reject(new Error('no')) } as const;
  await assert.rejects(folders.write({ ...AT, name: 'three' }, [failing], SIGNAL), /no/);
  await folders.keepOnly(AT.owner, new Set(['two']));
  assert.equal(await folders.has(AT.owner, 'one'), false);
  assert.equal(await folders.has(AT.owner, 'two'), true);
  await folders.keepOnly(AT.owner, new Set());
  assert.deepEqual(await folders.owners(), []);
});
