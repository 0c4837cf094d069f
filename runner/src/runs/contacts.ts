// Whom apps reached, as their doors tell it: passed on to the hub as it comes, and kept for a hub that comes later and was not there
// to hear it. Bounded, whatever a door says that is in somebody else's hands.
import { type Contact } from '@holdfast/door/run/frames';
import { type FromRunner } from '../frames.ts';

/** Hosts of one run; no door of ours tells of more. */
const MOST_OF_RUN = 600;
/** Runs that have ended of which it is kept, for a hub that was away meanwhile. */
const MOST_ENDED = 200;
/** In one frame. */
const AT_ONCE = 100;

/** What a door says of them. */
export interface ToldContacts {
  readonly hosts: readonly Contact[];
  readonly unanswered: number;
}

interface Kept {
  readonly space: string;
  readonly hosts: Map<string, Contact>;
  unanswered: number;
  ended: boolean;
}

/** Whom the runs of this machine reached. */
export class Contacts {
  readonly #tell: (frame: FromRunner) => void;
  readonly #runs = new Map<string, Kept>();

  constructor(tell: (frame: FromRunner) => void) {
    this.#tell = tell;
  }

  /** A door told of some. */
  hear({ space, run }: { readonly space: string; readonly run: string }, told: ToldContacts): void {
    const kept = this.#runs.get(run) ?? { space, hosts: new Map(), unanswered: 0, ended: false };
    this.#runs.set(run, kept);
    const hosts = told.hosts.filter((one) => keep(kept, one));
    kept.unanswered = told.unanswered;
    this.#say(run, kept, hosts);
  }

  /** A run is over, which the hub was told: a hub that comes later has not heard what was last. */
  end(run: string): void {
    const kept = this.#runs.get(run);
    if (kept === undefined) return;
    kept.ended = true;
    // Behind the others that have ended.
    this.#runs.delete(run);
    this.#runs.set(run, kept);
    const ended = [...this.#runs].filter(([, one]) => one.ended);
    for (const [old] of ended.slice(0, Math.max(0, ended.length - MOST_ENDED))) this.#runs.delete(old);
  }

  /** Tells all of it again, to a hub that has come. */
  tellAgain(): void {
    for (const [run, kept] of this.#runs) this.#say(run, kept, [...kept.hosts.values()]);
  }

  #say(run: string, { space, unanswered, ended }: Kept, hosts: readonly Contact[]): void {
    const rest = [...hosts];
    do
      this.#tell({
        ...{ type: 'contacts', space, run, hosts: rest.splice(0, AT_ONCE), unanswered },
        ended: ended && rest.length === 0,
      });
    while (rest.length > 0);
  }
}

function keep({ hosts }: Kept, one: Contact): boolean {
  const key = `${one.host} ${one.port}`;
  if (!hosts.has(key) && hosts.size >= MOST_OF_RUN) return false;
  hosts.set(key, one);
  return true;
}
