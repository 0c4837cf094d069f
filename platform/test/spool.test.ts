// What requests put aside, in memory and on disk.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { FreeSpace } from '@holdfast/platform/objects/free-space';
import { Spool, SpoolRoom } from '@holdfast/platform/spool';

const MIB = 1024 * 1024;

/** A disk of which so many bytes are free beyond the reserve. */
const spaceOf = (spare: number): FreeSpace =>
  new FreeSpace({
    measure: () => Promise.resolve({ free: spare, total: 1024 * MIB }),
    reserve: { bytes: 0, share: 0 },
  });

const ENOUGH = spaceOf(1024 * MIB);

void test('read() gives back what append() took, from memory and from a file that has no name', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-spool-'));
  const room = new SpoolRoom(10);
  await using spool = new Spool({ folder, room, space: ENOUGH });
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
    await using spool = new Spool({ folder: '/nonexistent', room, space: ENOUGH });
    assert.ok(Buffer.isBuffer(await spool.append(Buffer.alloc(10))));
  }
});

void test('append() throws where a file cannot be made', async () => {
  await using spool = new Spool({ folder: '/dev/null/folder', room: new SpoolRoom(0), space: ENOUGH });
  await assert.rejects(spool.append(Buffer.alloc(1)), (error) => !isFault(error));
});

void test('spools are promised what they announce, and others do not get it until they are done', async () => {
  const space = spaceOf(100);
  const place = { folder: '/nonexistent', room: new SpoolRoom(1000), space };
  const one = new Spool(place);
  await one.expect(70);
  await using other = new Spool(place);
  await assert.rejects(other.expect(31), (error) => isFault(error, 'object.store-full'));
  await other.expect(20);
  // What came and is in memory needs no space of the disk any more.
  await one.append(Buffer.alloc(30));
  await other.expect(40);
  await assert.rejects(other.expect(1), (error) => isFault(error, 'object.store-full'));
  await one[Symbol.asyncDispose]();
  await other.expect(40);
});

void test('append() does not eat into the reserve, whatever was announced', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-spool-'));
  const place = { folder, room: new SpoolRoom(0), space: spaceOf(10 * MIB) };
  await using one = new Spool(place);
  await one.append(Buffer.alloc(MIB));
  await using other = new Spool(place);
  await other.append(Buffer.alloc(MIB));
  // Six are still promised to the two, so that five more do not fit into ten.
  await using third = new Spool(place);
  const full = (error: unknown) => isFault(error, 'object.store-full');
  await assert.rejects(third.append(Buffer.alloc(5 * MIB)), full);
  await rm(folder, { recursive: true });
});
