// Cuts what a sandbox writes into lines, bounded in length, and in number and characters a second, and hands them on in batches: an app that
// prints without end costs nobody else anything, and is told once that lines were left out.
import { StringDecoder } from 'node:string_decoder';
import { type Readable } from 'node:stream';
import { plainLine } from '../plain-line.ts';

/** A line without its end. */
export interface LogLine {
  readonly at: string;
  readonly text: string;
}

const LONGEST = 8_000;
/** Lines a second, and in one batch. */
const MOST = 400;
/** Characters a second: the longest lines at that rate would be 3 MB. */
const MOST_CHARACTERS = 256 * 1024;
const BATCH_MS = 200;
const LINE_END = /\r?\n/;

/** The lines of one build or one run. */
export class LogLines implements Disposable {
  readonly #send: (lines: readonly LogLine[]) => void;
  readonly #now: () => Date;
  readonly #timer: NodeJS.Timeout;
  #waiting: LogLine[] = [];
  /** Of this second. */
  #taken = 0;
  #characters = 0;
  #second = 0;
  #leftOut = 0;

  constructor(send: (lines: readonly LogLine[]) => void, now: () => Date = () => new Date()) {
    this.#send = send;
    this.#now = now;
    this.#timer = setInterval(() => {
      this.#flush();
    }, BATCH_MS).unref();
  }

  /** One line that is ours. */
  say(text: string): void {
    this.#waiting.push({ at: this.#now().toISOString(), text: plainLine(text.slice(0, LONGEST)) });
    if (this.#waiting.length >= MOST) this.#flush();
  }

  /** Takes all that comes from a stream. */
  follow(stream: Readable): void {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    stream.on('data', (bytes: Buffer) => {
      const lines = (rest + decoder.write(bytes)).split(LINE_END);
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
      if (rest.length > LONGEST) {
        this.#take(rest);
        rest = '';
      }
    });
    stream.on('error', () => undefined); // its process is gone; `end` may not follow
    stream.once('close', () => {
      if (rest !== '') this.#take(rest);
    });
  }

  #take(line: string): void {
    const second = Math.floor(this.#now().getTime() / 1_000);
    if (second !== this.#second) {
      this.#sayLeftOut();
      this.#second = second;
      this.#taken = 0;
      this.#characters = 0;
    }
    this.#taken += 1;
    this.#characters += Math.min(line.length, LONGEST);
    if (this.#taken > MOST || this.#characters > MOST_CHARACTERS) this.#leftOut += 1;
    else this.say(line);
  }

  #sayLeftOut(): void {
    const count = this.#leftOut;
    this.#leftOut = 0;
    if (count > 0)
      this.say(
        `[${count} lines were left out: more than ${MOST}, or more than ${MOST_CHARACTERS} characters, came in a second]`,
      );
  }

  #flush(): void {
    const lines = this.#waiting;
    this.#waiting = [];
    if (lines.length > 0) this.#send(lines);
  }

  /** Sends what is left. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#sayLeftOut();
    this.#flush();
  }
}
