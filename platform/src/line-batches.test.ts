// Lines leave in batches, in order, and none is lost without a word.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LineBatches, type LineSink } from './line-batches.ts';

type Done = (error: Error | null, written: number) => void;

interface Recorder extends LineSink {
  readonly writes: string[];
  readonly now: string[];
  /** Ends the oldest write that is under way. */
  finish(error?: Error | null, written?: number): void;
  busy: number;
}

function record(): Recorder {
  const under: { bytes: Uint8Array; done: Done }[] = [];
  const recorder: Recorder = {
    writes: [],
    now: [],
    busy: 0,
    write: (bytes, done) => {
      recorder.writes.push(Buffer.from(bytes).toString());
      under.push({ bytes, done });
    },
    writeSync: (bytes) => {
      if (recorder.busy > 0) {
        recorder.busy -= 1;
        throw Object.assign(new Error('busy'), { code: 'EAGAIN' });
      }
      const some = Buffer.from(bytes).subarray(0, 4);
      recorder.now.push(some.toString());
      return some.length;
    },
    pause: () => undefined,
    finish: (error = null, written) => {
      const first = under.shift();
      assert.ok(first);
      first.done(error, written ?? first.bytes.length);
    },
  };
  return recorder;
}

void test('LineBatches lets lines wait for each other, and no longer than its delay', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const sink = record();
  const lines = new LineBatches(sink, { delayMs: 100 });
  lines.write('a\n');
  lines.write('b\n');
  context.mock.timers.tick(99);
  assert.deepEqual(sink.writes, []);
  context.mock.timers.tick(1);
  assert.deepEqual(sink.writes, ['a\nb\n']);
});

void test('LineBatches sends a full batch and a warning at once', () => {
  const sink = record();
  const lines = new LineBatches(sink, { batch: 6 });
  lines.write('aa\n');
  lines.write('bb\n');
  assert.deepEqual(sink.writes, ['aa\nbb\n']);
  sink.finish();
  lines.lastLevel = 40;
  lines.write('w\n');
  assert.deepEqual(sink.writes, ['aa\nbb\n', 'w\n']);
  lines.end();
});

void test('LineBatches writes one batch at a time and goes on where a short write ended', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const sink = record();
  const lines = new LineBatches(sink, { batch: 1 });
  lines.write('first\n');
  lines.write('second\n');
  assert.deepEqual(sink.writes, ['first\n']);
  sink.finish(null, 2);
  context.mock.timers.tick(1);
  assert.deepEqual(sink.writes, ['first\n', 'rst\n']);
  sink.finish();
  assert.deepEqual(sink.writes, ['first\n', 'rst\n', 'second\n']);
});

void test('LineBatches tries again after a reader was busy, and counts what it had to drop', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const sink = record();
  const lines = new LineBatches(sink, { batch: 1, limit: 4 });
  lines.write('a\n');
  sink.finish(Object.assign(new Error('busy'), { code: 'EAGAIN' }), 0);
  for (const line of ['b\n', 'c\n', 'd\n', 'e\n']) lines.write(line);
  context.mock.timers.tick(50);
  sink.finish();
  const note = '{"level":"warn","msg":"2 lines of the log were dropped"}\n';
  assert.deepEqual(sink.writes, ['a\n', 'a\n', `b\nc\n${note}`]);
});

void test('end() writes what waits and what is leaving, also to a reader that is busy for a while', () => {
  const sink = record();
  const lines = new LineBatches(sink, { batch: 6 });
  lines.write('first\n');
  lines.write('s\n');
  sink.busy = 3;
  lines.end();
  assert.equal(sink.now.join(''), 'first\ns\n');
});

void test('end() gives up on a reader that takes nothing', () => {
  const sink = record();
  const lines = new LineBatches(sink);
  lines.write('first\n');
  sink.busy = 1000;
  lines.end();
  assert.deepEqual(sink.now, []);
  assert.equal(sink.busy, 980);
});
