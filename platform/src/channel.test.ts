// Frames in pieces, frames too long, and the end of the other side.
import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import test from 'node:test';
import { Channel, FrameReader, MAX_FRAME } from './channel.ts';

void test('FrameReader.push() puts frames together wherever they are cut', () => {
  const bytes = Buffer.from('{"a":"é"}\n\n{"b":2}\n');
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const reader = new FrameReader();
    const frames = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))];
    assert.deepEqual(frames, [{ a: 'é' }, { b: 2 }], `cut at ${String(cut)}`);
  }
});

void test('FrameReader.push() refuses a frame without end before it fills the memory', () => {
  const reader = new FrameReader();
  const piece = Buffer.alloc(MAX_FRAME / 2 + 1, 'x');
  assert.deepEqual(reader.push(piece), []);
  assert.throws(() => reader.push(piece), RangeError);
  assert.throws(() => new FrameReader().push(Buffer.from('{\n')), SyntaxError);
});

void test('FrameReader.push() takes time in proportion to a frame that comes byte by byte', () => {
  const reader = new FrameReader();
  const text = `"${'x'.repeat(500_000)}"\n`;
  const before = performance.now();
  const frames = Array.from(text, (one) => reader.push(Buffer.from(one))).flat();
  const took = performance.now() - before;
  assert.deepEqual(frames, [text.slice(1, -2)]);
  assert.ok(took < 5_000, `it took ${String(Math.round(took))} ms`);
});

void test('Channel.next() gives frames in order, those that came early included', async () => {
  const [near, far] = duplexPair();
  const here = new Channel(near);
  const there = new Channel(far);
  there.send({ n: 1 });
  there.send({ n: 2 });
  await new Promise(setImmediate);
  assert.deepEqual([await here.next(), await here.next()], [{ n: 1 }, { n: 2 }]);
  const later = here.next();
  there.send({ n: 3 });
  assert.deepEqual(await later, { n: 3 });
});

void test('Channel.closed settles when the other side ends, and next() then gives nothing', async () => {
  const [near, far] = duplexPair();
  const here = new Channel(near);
  far.end();
  await here.closed;
  assert.equal(await here.next(), undefined);
  assert.doesNotThrow(() => {
    here.send({ late: true });
  });
});

void test('Channel closes with the reason on what is no frame', async () => {
  const [near, far] = duplexPair();
  const here = new Channel(near);
  far.write('not json\n');
  assert.ok((await here.closed) instanceof SyntaxError);
});
