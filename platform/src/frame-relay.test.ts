// Frames go on whole, whatever becomes of who sent them, and nobody's silence fills the memory.
import assert from 'node:assert/strict';
import { duplexPair, type Duplex } from 'node:stream';
import test from 'node:test';
import { MAX_FRAME } from './channel.ts';
import { FrameCutter, RelayEnd } from './frame-relay.ts';

function open(): { near: RelayEnd; far: RelayEnd } {
  const [near, far] = [new RelayEnd(), new RelayEnd({ gone: true })];
  RelayEnd.join(near, far);
  return { near, far };
}

function child(end: RelayEnd): { stream: Duplex; read: () => string } {
  const [stream, ours] = duplexPair();
  let text = '';
  stream.on('data', (bytes: Buffer) => (text += bytes.toString()));
  end.attach(ours);
  return { stream, read: () => text };
}

const settle = async (): Promise<void> => {
  for (let n = 0; n < 5; n += 1) await new Promise(setImmediate);
};

void test('FrameCutter.push() gives whole frames wherever they are cut', () => {
  const bytes = Buffer.from('{"a":"é"}\n{"b":2}\n');
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const cutter = new FrameCutter();
    const got = [cutter.push(bytes.subarray(0, cut)), cutter.push(bytes.subarray(cut))];
    assert.ok(got.every((one) => one.length === 0 || one.at(-1) === 0x0a));
    assert.deepEqual(Buffer.concat(got), bytes);
  }
});

void test('FrameCutter.push() refuses a frame without end', () => {
  const cutter = new FrameCutter();
  const piece = Buffer.alloc(MAX_FRAME, 'x');
  for (let n = 0; n < 3; n += 1) cutter.push(piece);
  assert.throws(() => cutter.push(piece), RangeError);
});

void test('RelayEnd drops half a frame of a child that ended, and says that it is gone', async () => {
  const { near, far } = open();
  const hub = child(near);
  const courier = child(far);
  courier.stream.write('{"whole":1}\n{"half":');
  await settle();
  courier.stream.destroy();
  await settle();
  assert.equal(hub.read(), '{"whole":1}\n{"gone":true}\n');
  const next = child(far);
  next.stream.write('{"new":1}\n');
  hub.stream.write('{"ask":1}\n');
  await settle();
  assert.equal(hub.read(), '{"whole":1}\n{"gone":true}\n{"new":1}\n');
  assert.equal(next.read(), '{"ask":1}\n');
});

void test('RelayEnd answers at once for a child that is not there', async () => {
  const { near } = open();
  const hub = child(near);
  hub.stream.write('{"ask":1}\n');
  await settle();
  assert.equal(hub.read(), '{"gone":true}\n');
});

void test('RelayEnd holds up who sends to a child that does not read', async () => {
  const { near, far } = open();
  const hub = child(near);
  const [deaf, ours] = duplexPair();
  far.attach(ours);
  const line = Buffer.from(`${JSON.stringify({ text: 'x'.repeat(60_000) })}\n`);
  let taken = 0;
  for (let n = 0; n < 200; n += 1) {
    if (!hub.stream.write(line)) break;
    taken += 1;
    await settle();
  }
  assert.ok(taken < 50, `${taken} frames of 60 kB were taken for a child that reads none`);
  let got = 0;
  deaf.on('data', (bytes: Buffer) => (got += bytes.length));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(got >= taken * line.length, 'what was held up did not go on');
});
