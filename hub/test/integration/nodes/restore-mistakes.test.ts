// What `./holdfast restore` says to an operator who names the wrong thing: what happened, why and what to do, and never that it is a bug.
import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { tellOfFile } from '@holdfast/supervisor/backup/faults';
import { ManifestWriter, type BackupHead } from '@holdfast/supervisor/backup/manifest';
import { runCommand } from '../../harness/instance.ts';
import { openScratch } from '../../harness/scratch.ts';

const HEAD: BackupHead = {
  ...({ holdfast: 'backup', format: 1, kind: 'data', id: '0123456789abcdef01234567' } as const),
  ...{ instance: '89abcdef0123456701234567', version: '0.0.1', madeAt: '2026-11-01T00:00:00.000Z' },
  ...{ postgres: null, sealed: false },
};
const USAGE = 2;

/** A backup with nothing in it but what is written there. */
async function makeBackup(folder: string, head: BackupHead, box?: string): Promise<string> {
  await mkdir(path.join(folder, 'keys'), { recursive: true });
  await using manifest = await ManifestWriter.open(folder, head);
  if (box !== undefined) {
    await writeFile(path.join(folder, 'keys', 'box'), box);
    await manifest.addFile({ path: 'keys/box', size: box.length, sha256: '0'.repeat(64) });
  }
  await manifest.finish();
  return folder;
}

void test('mistakes of who restores are told as such', { timeout: 120_000 }, async (t) => {
  await using scratch = await openScratch('mistakes');
  const at = (...names: string[]): string => path.join(scratch.path, ...names);
  const whole = await makeBackup(at('whole'), HEAD);
  const sealed = await makeBackup(at('sealed'), { ...HEAD, kind: 'keys', sealed: true }, 'no box');
  await mkdir(at('folder', 'manifest.jsonl'), { recursive: true });
  await mkdir(at('link'));
  await symlink(at('whole', 'manifest.jsonl'), at('link', 'manifest.jsonl'));
  await writeFile(at('file'), 'words');
  await writeFile(at('long'), 'w'.repeat(5_000));
  await mkdir(at('marked', 'data'), { recursive: true });
  await writeFile(at('marked', 'data', 'restored.json'), '{"backup":');
  const objects = { HOLDFAST_OBJECTS: at('file') };
  const keys = { HOLDFAST_KEYS: at('file', 'keys') };
  const cases: readonly [
    name: string,
    words: readonly string[],
    said: RegExp,
    more?: { readonly status?: number; readonly folder?: string; readonly env?: Record<string, string> },
  ][] = [
    ['a backup that is not there', [at('nowhere')], /holds no whole backup/],
    ['a file for a backup', [at('file')], /holds no whole backup/],
    ['a folder for its manifest', [at('folder')], /cannot be used: it is a folder/],
    ['a link for its manifest', [at('link')], /manifest\.jsonl cannot be used: it is a symbolic link/],
    ['a backup of keys', [sealed], /it is one of the keys, and one of the data is wanted/],
    ['a folder for the passphrase', [whole, '--passphrase-file', whole], /passphrase cannot be read/],
    ['a long file for it', [whole, '--passphrase-file', at('long')], /passphrase cannot be read/],
    [
      'objects in a file',
      [whole],
      /file cannot be used: it, or something above it, is not a folder/,
      { env: objects },
    ],
    [
      'keys below a file',
      [whole, '--keys', sealed, '--passphrase-file', at('file')],
      /cannot be used: it, or something above it, is not a folder/,
      { env: keys },
    ],
    [
      'keys that are none',
      [whole, '--keys', sealed, '--passphrase-file', at('file')],
      /is damaged: keys\/box is no box with keys/,
      { status: 1 },
    ],
    [
      'a marker that is damaged',
      [whole],
      /restored\.json is damaged: it says which backup/,
      { status: 1, folder: at('marked') },
    ],
  ];
  for (const [
    n,
    [name, words, said, { status = USAGE, folder = at(`to-${n}`), env = {} } = {}],
  ] of cases.entries())
    await t.test(name, async () => {
      const restored = await runCommand({ folder, env }, 'restore', ...words);
      assert.equal(restored.status, status, restored.stderr);
      assert.match(restored.stderr, said);
      assert.match(restored.stderr, /What to do: /);
    });
  await t.test('a start on a damaged marker says the same', async () => {
    const started = await runCommand({ folder: at('marked') }, 'start');
    assert.equal(started.status, 1, started.stderr);
    assert.match(started.stderr, /restored\.json is damaged/);
  });
  await t.test('a start says what it cannot tell where the head of removals is damaged', async () => {
    await mkdir(at('headed', 'data'), { recursive: true });
    await mkdir(at('headed', 'data.keys'));
    await writeFile(at('headed', 'data', 'instance'), `${HEAD.instance}\n`);
    await writeFile(at('headed', 'data.keys', `removals-${HEAD.instance}.head`), '{"n":1');
    const started = await runCommand({ folder: at('headed') }, 'start');
    assert.equal(started.status, 1, started.stderr);
    assert.match(started.stderr, /\.head is damaged: it says what was revoked last[^]*What to do: /);
  });
  await t.test('what is in order is put back', async () => {
    const restored = await runCommand({ folder: at('fine') }, 'restore', whole);
    assert.equal(restored.status, 0, restored.stderr);
  });
});

void test('tellOfFile() tells of what the system says of a file, and leaves a bug one', () => {
  const failed = (code: string) => Object.assign(new Error(code), { code, syscall: 'open', path: '/a/b' });
  for (const [code, said] of [
    ['EACCES', /\/a\/b cannot be used: this user may not/],
    ['EROFS', /can only be read/],
    ['ENOSPC', /the disk of \/a\/b is full/],
  ] as const) {
    const told = tellOfFile(failed(code));
    assert.ok(isFault(told));
    assert.match(told.message, said);
  }
  for (const bug of [failed('EMFILE'), new TypeError('it is not a function')])
    assert.equal(tellOfFile(bug), bug);
});
