// Counts what was refused, by host and reason: the first of a minute is told at once, its repeats with the minute's end. An
// app that asks for a new host each time is counted under one name, so that it cannot fill a log.

/** Told by the door. */
export interface Refused {
  readonly host: string;
  readonly why: string;
  readonly count: number;
}

const MOST = 100;
const MINUTE = 60_000;
const LONGEST = 300;

/** The refusals of a door. */
export class Refusals {
  readonly #tell: (refused: Refused) => void;
  readonly #repeats = new Map<string, Refused>();
  #until = 0;

  constructor(tell: (refused: Refused) => void) {
    this.#tell = tell;
  }

  /** Counts one. `now` is in milliseconds. */
  add(host: string, why: string, now: number): void {
    if (now >= this.#until) {
      this.flush();
      this.#until = now + MINUTE;
    }
    const named = this.#repeats.size < MOST || this.#repeats.has(`${shorten(host)} ${why}`);
    const [shown, said] = named ? [shorten(host), why] : ['other hosts', 'several reasons'];
    const key = `${shown} ${said}`;
    const before = this.#repeats.get(key);
    if (before === undefined) this.#tell({ host: shown, why: said, count: 1 });
    this.#repeats.set(key, { host: shown, why: said, count: (before?.count ?? -1) + 1 });
  }

  /** Tells the repeats and forgets them. */
  flush(): void {
    for (const refused of this.#repeats.values()) if (refused.count > 0) this.#tell(refused);
    this.#repeats.clear();
  }
}

// What an app asked for goes into logs: printable, and no longer than a name is.
function shorten(host: string): string {
  return host.replaceAll(/[^\u0021-\u007e]/g, '?').slice(0, LONGEST);
}
