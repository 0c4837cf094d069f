// Streams end with the right under which they run.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type EpochName } from '@holdfast/platform/postgres/epochs';
import { LiveStreams, type StreamRight } from './live-streams.ts';

class News {
  fresh = true;
  readonly listeners: (() => void)[] = [];

  onChange(_name: EpochName, listener: () => void): void {
    this.listeners.push(listener);
  }

  areFresh(): boolean {
    return this.fresh;
  }

  change(): void {
    for (const listener of this.listeners) listener();
  }
}

function open(now = new Date(0)): { news: News; streams: LiveStreams; clock: { now: () => Date } } {
  const news = new News();
  const clock = { now: () => now };
  return { news, clock, streams: new LiveStreams({ epochs: news, clock }) };
}

class Right implements StreamRight {
  readonly key: string;
  readonly expiresAt: Date | null;
  held = true;
  asked = 0;

  constructor(key: string, expiresAt: Date | null = null) {
    this.key = key;
    this.expiresAt = expiresAt;
  }

  readonly check = async (): Promise<void> => {
    this.asked += 1;
    await wait(1);
    if (!this.held) throw new Error('gone');
  };
}

void test('watch() ends exactly the streams whose right is gone when rights change', async () => {
  const { news, streams } = open();
  const [gone, kept] = [new Right('a'), new Right('b')];
  using first = streams.watch(gone);
  using second = streams.watch(gone);
  using other = streams.watch(kept);
  gone.held = false;
  news.change();
  await wait(20);
  assert.deepEqual([first.signal.aborted, second.signal.aborted, other.signal.aborted], [true, true, false]);
  assert.equal(streams.size, 1);
});

void test('watch() ends a stream whose right went before it began', async () => {
  const { streams } = open();
  const right = new Right('a');
  right.held = false;
  using stream = streams.watch(right);
  await wait(20);
  assert.equal(stream.signal.aborted, true);
});

void test('watch() asks once for all streams of one right, and again when news came meanwhile', async () => {
  const { news, streams } = open();
  const right = new Right('a');
  const all = Array.from({ length: 50 }, () => streams.watch(right));
  await wait(20);
  const before = right.asked;
  news.change();
  news.change();
  await wait(20);
  assert.ok(right.asked - before <= 2);
  for (const stream of all) stream[Symbol.dispose]();
  assert.equal(streams.size, 0);
});

void test('watch() ends streams that nobody can vouch for any more', async () => {
  const { news, streams } = open();
  const right = new Right('a');
  using stream = streams.watch(right);
  await wait(20);
  right.held = false;
  news.fresh = false;
  await wait(600);
  assert.equal(stream.signal.aborted, true);
  assert.match(String(stream.signal.reason), /Error: /, 'it says why, as the check did');
});

void test('watch() ends a stream when its token expires', async () => {
  const { streams } = open(new Date(1000));
  using ending = streams.watch(new Right('a', new Date(1000)));
  using staying = streams.watch(new Right('b', new Date(1001)));
  await wait(600);
  assert.deepEqual([ending.signal.aborted, staying.signal.aborted], [true, false]);
});

void test('watch() asks a right now and then that ends silently, and not while an answer is awaited', async () => {
  const { streams } = open();
  const asked = { quick: 0, slow: 0 };
  const right = { expiresAt: null, endsSilently: true } as const;
  using _quick = streams.watch({
    ...{ ...right, key: 'quick' },
    check: () => Promise.resolve((asked.quick += 1)),
  });
  using _slow = streams.watch({
    ...{ ...right, key: 'slow' },
    check: () => new Promise(() => (asked.slow += 1)),
  });
  while (asked.quick < 4) await wait(50);
  assert.equal(asked.slow, 1);
});
