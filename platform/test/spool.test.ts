// What requests put aside, in memory and on disk.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { Spool, SpoolRoom } from '@holdfast/platform/spool';

void test('read() gives back what append() took, from memory and from a file that has no name', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-spool-'));
  const room = new SpoolRoom(10);
  await using spool = new Spool(folder, room);
  const bytes = Buffer.from('0123456789');
  const places = [];
  for (const text of ['in memory', 'on disk, because the room is full', '', 'more of it']) {
    bytes.fill('x');
    const piece = Buffer.from(text);
    places.push(await spool.append(piece));
    piece.fill('!');
  }
  assert.deepEqual(await readdir(folder), []);
  const into = Buffer.alloc(100);
  const texts = [];
  for (const place of places) texts.push((await spool.read(place, into)).toString());
  assert.deepEqual(texts, ['in memory', 'on disk, because the room is full', '', 'more of it']);
  await rm(folder, { recursive: true });
});

void test('disposal gives the room back', async () => {
  const room = new SpoolRoom(10);
  for (let n = 0; n < 3; n += 1) {
    await using spool = new Spool('/nonexistent', room);
    assert.ok(Buffer.isBuffer(await spool.append(Buffer.alloc(10))));
  }
});

void test('append() throws where a file cannot be made', async () => {
  await using spool = new Spool('/dev/null/folder', new SpoolRoom(0));
  await assert.rejects(spool.append(Buffer.alloc(1)), (error) => !isFault(error));
});
