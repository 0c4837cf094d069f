// What a build says: lines, bounded, and the last of them to say why it failed.
import { createInterface } from 'node:readline';
import { Transform, type Readable } from 'node:stream';
import { MiB } from '@holdfast/kernel/size';
import { plainLine } from '../plain-line.ts';

const MOST_BYTES = 8 * MiB;
const LONGEST_LINE = 4_096;
const KEPT_LINES = 20;
const KEPT_LENGTH = 3_000;

/** Collects the lines of one build. */
export class BuildOutput {
  readonly #tell: (line: string) => void;
  /** As they came. */
  readonly #last: string[] = [];
  #left = MOST_BYTES;
  #silenced = false;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** The last lines of the step that ran last. */
  get last(): readonly string[] {
    let room = KEPT_LENGTH;
    const lines = this.#last.map(plainLine).filter((line) => line !== '');
    const fitting = lines.toReversed().filter((line) => {
      room -= line.length + 1;
      return room > 0;
    });
    return fitting.toReversed();
  }

  /** Reads a stream to its end. */
  async read(stream: Readable): Promise<void> {
    const cut = cutLongLines();
    // One that is destroyed says neither that it ended nor that it broke.
    for (const event of ['error', 'close']) stream.on(event, () => cut.end());
    for await (const line of createInterface({ input: stream.pipe(cut), crlfDelay: Infinity }))
      this.#add(line);
  }

  /** Says something of ours. */
  say(line: string): void {
    this.#tell(line);
  }

  #add(raw: string): void {
    if (raw.startsWith('=====')) this.#last.length = 0;
    else if (raw !== '') this.#last.push(raw);
    this.#last.splice(0, this.#last.length - KEPT_LINES);
    this.#left -= raw.length + 1;
    // Counted as it came, and looked through only where it is within that: a build may write without end.
    if (this.#left > 0) this.#tell(plainLine(raw));
    else if (!this.#silenced) {
      this.#silenced = true;
      this.#tell('The build says more than is kept; the rest is left out.');
    }
  }
}

/** A line without an end would be kept whole. */
function cutLongLines(): Transform {
  let length = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const pieces: Buffer[] = [];
      let from = 0;
      for (let at = 0; at < chunk.length; at += 1) {
        length = chunk[at] === 10 ? 0 : length + 1;
        if (length < LONGEST_LINE) continue;
        pieces.push(chunk.subarray(from, at + 1), Buffer.from('\n'));
        from = at + 1;
        length = 0;
      }
      done(null, Buffer.concat([...pieces, chunk.subarray(from)]));
    },
  });
}
