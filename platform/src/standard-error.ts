// Standard error as a place for log lines. What waits is written when the process ends, however it ends by itself.
import { write, writeSync } from 'node:fs';
import { LineBatches, withLevels, type LineSink } from './line-batches.ts';

const FD = 2;

const SINK: LineSink = {
  write: (bytes, done) => write(FD, bytes, (error, written) => done(error, written)),
  writeSync: (bytes) => writeSync(FD, bytes),
  pause: (ms) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  },
};

/** Opens standard error for the log of this process. */
export function openStandardError(): LineBatches {
  const lines = withLevels(new LineBatches(SINK));
  process.once('exit', () => lines.end());
  return lines;
}
