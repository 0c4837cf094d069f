// Backups and restores that end half way: killed, or on a full disk. Half a backup is never taken for a whole one, half a restore is
// never started, and the same command run again makes it whole.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { listDescendants } from '../harness/processes.ts';
import { runCommand, startInstance } from '../harness/instance.ts';
import { mustRun, plainEnvironment, ROOT, type Outcome } from '../harness/program.ts';
import { openScratch } from '../harness/scratch.ts';
import { isRoot } from '../harness/test-user.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const KILLS = LONG ? 25 : 4;
const MINUTE = 60_000;

/** When a command is killed: so many milliseconds after it began with something. */
interface Moment {
  readonly begun: () => boolean | Promise<boolean>;
  readonly after: number;
}

/** Runs a command and kills it at a moment; false: it was done before. */
async function killed(folder: string, { begun, after }: Moment, words: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [path.join(ROOT, 'cli', 'src', 'main.ts'), ...words], {
    env: plainEnvironment({ HOLDFAST_DATA: path.join(folder, 'data') }),
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  while (child.exitCode === null && !(await begun())) await delay(2);
  await Promise.race([ended, delay(after)]);
  if (child.exitCode !== null) return false;
  child.kill('SIGKILL');
  await ended;
  return true;
}

/** A disk with so many bytes. */
async function openDisk(bytes: number): Promise<{ readonly folder: string } & AsyncDisposable> {
  const scratch = await openScratch('small-disk');
  const folder = path.join(scratch.path, 'disk');
  await mkdir(folder);
  await mustRun('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'holdfast-test', folder]);
  return {
    folder,
    [Symbol.asyncDispose]: async () => {
      await mustRun('umount', ['--lazy', folder]);
      await scratch[Symbol.asyncDispose]();
    },
  };
}

async function sizeOf(folder: string): Promise<{ readonly size: number }> {
  const { stdout } = await runCommand({ folder: '/nowhere' }, 'backup', 'verify', folder, '--json');
  return { size: (JSON.parse(stdout) as { bytes: number }).bytes };
}

/** Damages a copy of a backup in every way, and sees that it is said, and that nothing is put back. */
async function assertDamageFound(whole: string, scratch: string): Promise<void> {
  const copy = path.join(scratch, 'copy');
  const file = path.join(copy, 'database', 'global', 'pg_control');
  const manifest = path.join(copy, 'manifest.jsonl');
  const lines = (await readFile(path.join(whole, 'manifest.jsonl'), 'utf8')).split('\n');
  const [head = ''] = lines;
  const wrong = (change: object, ...more: readonly object[]): string => {
    const first = { ...(JSON.parse(head) as object), ...change };
    const said = [JSON.stringify(first), ...more.map((line) => JSON.stringify(line)), ...lines.slice(1, -2)];
    const sha256 = createHash('sha256')
      .update(`${said.join('\n')}\n`)
      .digest('hex');
    const end = { ...(JSON.parse(lines.at(-2) ?? '') as object), sha256 };
    return [...said, JSON.stringify(end), ''].join('\n');
  };
  const altered = [head.replace('"data"', '"data" '), ...lines.slice(1)].join('\n');
  const cases: readonly [name: string, damage: () => Promise<void>, said: RegExp][] = [
    ['a file is missing', () => rm(file), /1 files are missing or cut off, the first is database\/global/],
    ['a file is cut off', () => truncate(file, 100), /1 files are missing or cut off/],
    ['a file was altered', () => flip(file), /database\/global\/pg_control was altered/],
    [
      'the manifest is cut off',
      () => writeFile(manifest, lines.slice(0, 9).join('\n')),
      /end of its manifest/,
    ],
    ['the manifest goes on', () => appendFile(manifest, '{"folder":"files"}\n'), /goes on behind its end/],
    ['the manifest was altered', () => writeFile(manifest, altered), /manifest was altered/],
    [
      'it leads elsewhere',
      () => writeFile(manifest, wrong({}, { folder: 'database/../../x' })),
      /line 2 of its manifest/,
    ],
    ['of another PostgreSQL', () => writeFile(manifest, wrong({ postgres: '17' })), /PostgreSQL 17/],
    [
      'of a newer Holdfast',
      () => writeFile(manifest, wrong({ version: '9.0.0' })),
      /Holdfast 9\.0\.0 made it/,
    ],
    ['of another format', () => writeFile(manifest, wrong({ format: 2 })), /its format is 2/],
  ];
  for (const [name, damage, said] of cases) {
    await rm(copy, { recursive: true, force: true });
    await mustRun('cp', ['-a', whole, copy]);
    await damage();
    const where = { folder: path.join(scratch, 'damaged') };
    const restored = await runCommand(where, 'restore', copy);
    assert.notEqual(restored.status, 0, name);
    assert.match(restored.stderr, said, name);
    assert.match(restored.stderr, /What to do/, name);
    if (!name.includes('of a'))
      assert.notEqual((await runCommand(where, 'backup', 'verify', copy)).status, 0, name);
  }
}

async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(7) ^ 1, 7);
  await writeFile(file, bytes);
}

/** Whether a restore into this folder was broken off. */
async function isHalf(folder: string): Promise<boolean> {
  const marker = await readFile(path.join(folder, 'data', 'restored.json'), 'utf8').catch(() => '');
  return marker.includes('"whole":false');
}

/** How long a command takes, in milliseconds. */
async function time(work: () => Promise<Outcome>): Promise<number> {
  const began = performance.now();
  const { status, stderr } = await work();
  assert.equal(status, 0, stderr);
  return performance.now() - began;
}

void test(
  'half of a backup or of a restore is never taken for a whole one',
  { timeout: 20 * MINUTE },
  async (t) => {
    await using scratch = await openScratch('halves');
    const [source, target, backups] = ['source', 'target', 'backups'].map((name) =>
      path.join(scratch.path, name),
    ) as [string, string, string];
    const [whole, keys] = [path.join(backups, 'whole'), path.join(scratch.path, 'elsewhere', 'keys')];
    await mkdir(backups);
    {
      await using instance = await startInstance({ folder: source });
      await t.test('a backup that was killed is none, and is made anew', async () => {
        const took = await time(() => instance.command('backup', whole, '--keys', keys));
        const half = path.join(backups, 'half');
        const begun = (): boolean => existsSync(half);
        let kills = 0;
        for (let n = 0; n < KILLS; n += 1) {
          // A machine that is busy with other work now and not later was measured too slow: it is done, and not killed.
          if (!(await killed(source, { begun, after: (took * n) / KILLS }, ['backup', half]))) {
            await rm(half, { recursive: true });
            continue;
          }
          kills += 1;
          const looked = await instance.command('backup', 'verify', half);
          assert.notEqual(looked.status, 0, looked.stdout);
          assert.match(looked.stderr, /holds no whole backup/);
          const restored = await runCommand({ folder: target }, 'restore', half);
          assert.match(restored.stderr, /holds no whole backup/);
        }
        assert.ok(kills > 0, 'it was killed');
        assert.equal((await instance.command('backup', half)).status, 0);
        assert.equal((await instance.command('backup', 'verify', half)).status, 0);
        assert.match((await instance.command('backup', half)).stderr, /it is not empty/);
      });
      await t.test('a server that is killed meanwhile leaves no backup, and goes on', async () => {
        const folder = path.join(backups, 'interrupted');
        const making = instance.command('backup', folder);
        const giveUp = Date.now() + MINUTE;
        while (!existsSync(path.join(folder, 'database', 'base'))) {
          assert.ok(Date.now() < giveUp, 'it copies the database');
          await delay(5);
        }
        const server = (await listDescendants(instance.pid)).find(
          ({ command }) => /\/bin\/postgres -D /.test(command) && !command.includes('bwrap'),
        );
        assert.ok(server);
        process.kill(server.pid, 'SIGKILL');
        const made = await making;
        assert.equal(made.status, 3, made.stderr);
        assert.match(made.stderr, /went away while it was copied/);
        while ((await fetch(`${instance.url}/readyz`)).status !== 200) {
          assert.ok(Date.now() < giveUp, 'it serves again');
          await delay(50);
        }
        assert.equal((await instance.command('backup', folder)).status, 0);
      });
      await t.test('keys lie apart from the data, or under a passphrase', async () => {
        const beside = path.join(backups, 'keys');
        const [within, file] = [path.join(whole, 'keys'), path.join(scratch.path, 'passphrase')];
        for (const folder of [beside, within])
          assert.match(
            (await instance.command('backup', '--keys', folder)).stderr,
            /together they open everything/,
          );
        const data = path.join(path.dirname(keys), 'data');
        assert.match((await instance.command('backup', data)).stderr, /together they open everything/);
        await writeFile(file, 'correct horse\n', { mode: 0o600 });
        const sealed = await instance.command('backup', '--keys', beside, '--passphrase-file', file);
        assert.equal(sealed.status, 0, sealed.stderr);
        const box = await readFile(path.join(beside, 'keys', 'box'), 'utf8');
        const key = (await readFile(path.join(source, 'data.keys', 'hub.key'), 'utf8')).trim();
        assert.ok(!box.includes(key) && !box.includes(Buffer.from(key).toString('base64')));
        const where = { folder: path.join(scratch.path, 'sealed') };
        const words = ['restore', whole, '--keys', beside];
        assert.match((await runCommand(where, ...words)).stderr, /sealed by a passphrase/);
        await writeFile(`${file}.wrong`, 'wrong horse');
        const wrong = await runCommand(where, ...words, '--passphrase-file', `${file}.wrong`);
        assert.match(wrong.stderr, /passphrase does not open/);
        assert.equal((await runCommand(where, ...words, '--passphrase-file', file)).status, 0);
        assert.equal((await readFile(path.join(where.folder, 'data.keys', 'hub.key'), 'utf8')).trim(), key);
      });
      await t.test('a running instance is not restored into', async () => {
        assert.match((await instance.command('restore', whole)).stderr, /already runs on/);
      });
    }
    await t.test('an instance that does not run is not backed up', async () => {
      const { stderr } = await runCommand({ folder: source }, 'backup', path.join(backups, 'none'));
      assert.match(stderr, /database does not answer/);
      // A database of the operator's own is the operator's to dump, and said to be.
      const env = { DATABASE_URL: 'postgres://somebody@127.0.0.1:1/nothing' };
      const made = await runCommand({ folder: source, env }, 'backup', path.join(backups, 'objects'));
      assert.equal(made.status, 0, made.stderr);
      assert.match(made.stdout, /database that DATABASE_URL names is NOT in it/);
    });
    await t.test('a restore that was killed does not start, and is run again', async () => {
      const where = { folder: target };
      const words = ['restore', whole, '--keys', keys];
      const took = await time(() => runCommand({ folder: path.join(scratch.path, 'timed') }, ...words));
      let kills = 0;
      for (let n = 0; n < KILLS; n += 1) {
        const moment = { begun: async () => await isHalf(target), after: (took * n) / KILLS };
        if (!(await killed(target, moment, words)) || !(await isHalf(target))) {
          await rm(target, { recursive: true });
          continue;
        }
        kills += 1;
        const started = await runCommand(where, 'start');
        assert.equal(started.status, 1);
        assert.match(started.stderr, /the restore into .* was broken off/);
      }
      assert.ok(kills > 0, 'it was killed half way');
      if (!existsSync(target) || (await isHalf(target)))
        assert.equal((await runCommand(where, ...words)).status, 0);
      await using instance = await startInstance({ folder: target, words: ['--accept-loss'] });
      assert.equal((await instance.command('ledger', 'verify')).status, 0);
    });
    await t.test('a full disk is said, before or while it fills up', { skip: !isRoot }, async () => {
      const { size } = await sizeOf(whole);
      for (const bytes of [size / 2, size - 8 * 1024 * 1024]) {
        await using disk = await openDisk(Math.floor(bytes));
        const restored = await runCommand({ folder: disk.folder }, 'restore', whole);
        assert.match(restored.stderr, /has not the room|is full/);
        assert.equal(restored.status, 3);
      }
      await using instance = await startInstance({ folder: source });
      // What the log of the server will take is not known before.
      for (const bytes of [size / 2, size - 8 * 1024 * 1024]) {
        await using disk = await openDisk(Math.floor(bytes));
        const made = await instance.command('backup', path.join(disk.folder, 'backup'));
        assert.match(made.stderr, /has not the room|is full/);
        assert.equal(made.status, 3);
      }
    });
    await t.test('what was damaged is found before anything is put back', async () => {
      await assertDamageFound(whole, scratch.path);
    });
  },
);
