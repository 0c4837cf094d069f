// What a Space's build and its app wrote last: sent to the hub as it comes, and once more to a hub that has just started.
import { type FromRunner } from '../frames.ts';
import { type LogLine } from './log-lines.ts';

type LogFrame = Extract<FromRunner, { type: 'log' }>;
type Kind = LogFrame['kind'];

const KEPT = 500;
const KEPT_CHARACTERS = 256 * 1024;
/** Characters of text in one frame; far below what a channel takes. */
const FRAME_CHARACTERS = 200_000;

/** The logs of one Space. */
export class SpaceLog {
  readonly #space: string;
  readonly #send: (frame: LogFrame) => void;
  readonly #kept: Record<Kind, LogLine[]> = { build: [], run: [] };

  constructor(space: string, send: (frame: LogFrame) => void) {
    this.#space = space;
    this.#send = send;
  }

  /** Begins the log of a new build or run; what it returns takes the lines. */
  begin(kind: Kind): (lines: readonly LogLine[]) => void {
    const own: LogLine[] = [];
    this.#kept[kind] = own;
    this.#sendAll(kind, [], true);
    return (lines) => {
      own.push(...lines);
      trim(own);
      // Of one that another has followed, nobody wants to read on.
      if (this.#kept[kind] === own) this.#sendAll(kind, lines, false);
    };
  }

  /** Sends what is kept, as if it came now. */
  again(): void {
    for (const kind of ['build', 'run'] as const) this.#sendAll(kind, this.#kept[kind], true);
  }

  #sendAll(kind: Kind, lines: readonly LogLine[], fresh: boolean): void {
    let isFirst = fresh;
    for (const some of inFrames(lines)) {
      this.#send({ type: 'log', space: this.#space, kind, fresh: isFirst, lines: some });
      isFirst = false;
    }
  }
}

function trim(lines: LogLine[]): void {
  let characters = lines.reduce((sum, { text }) => sum + text.length, 0);
  let cut = Math.max(0, lines.length - KEPT);
  for (let index = 0; index < lines.length; index += 1) {
    if (index >= cut && characters <= KEPT_CHARACTERS) break;
    characters -= lines[index]?.text.length ?? 0;
    cut = Math.max(cut, index + 1);
  }
  lines.splice(0, cut);
}

/** Cuts lines into frames; none at all is one empty frame. */
function inFrames(lines: readonly LogLine[]): LogLine[][] {
  const frames: LogLine[][] = [[]];
  let characters = 0;
  for (const line of lines) {
    const last = frames.at(-1);
    // As it is written in the frame.
    const size = JSON.stringify(line.text).length;
    if (last !== undefined && last.length < KEPT && characters + size <= FRAME_CHARACTERS) {
      last.push(line);
      characters += size;
    } else {
      frames.push([line]);
      characters = size;
    }
  }
  return frames;
}
