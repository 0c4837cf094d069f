// Counts whom an app reached: for each host and port when first and last, how often, and how many bytes went and came. A host that is
// new is told at once, what changed of those that are known once a second. Invariants: what is remembered is bounded, however many
// names an app calls; a host that was told of by its name keeps it, and one that comes later is counted under as much of its name as
// there is room for, and in any case.
import type { Socket } from 'node:net';
import type { Destination } from './destination.ts';
import type { FromDoor } from './frames.ts';

type Told = Extract<FromDoor, { type: 'contacts' }>;
type Contact = Told['hosts'][number];

/** Hosts that are told apart by their whole names. */
const MOST_NAMED = 256;
/** Of those, hosts that share the end of their names: whoever rules a domain has as many names as they like. */
const MOST_OF_FAMILY = 64;
/** Ends of names under which further hosts are counted. */
const MOST_FAMILIES = 256;
/** In one frame. */
const AT_ONCE = 100;

interface Counted {
  readonly host: string;
  readonly port: number;
  readonly first: number;
  last: number;
  connections: number;
  sentBytes: number;
  receivedBytes: number;
}

interface Open {
  readonly counted: Counted;
  readonly socket: Pick<Socket, 'bytesWritten' | 'bytesRead'>;
  /** Bytes of it that were counted. */
  sent: number;
  received: number;
}

/** Whom the app of a door reached. */
export class Contacts {
  readonly #tell: (told: Told) => void;
  readonly #counted = new Map<string, Counted>();
  readonly #inFamily = new Map<string, number>();
  readonly #open = new Set<Open>();
  #changed = new Set<Counted>();
  #named = 0;
  #families = 0;
  #unanswered = 0;
  #toldUnanswered = 0;

  constructor(tell: (told: Told) => void) {
    this.#tell = tell;
  }

  /** A connection stands. `now` is in milliseconds since 1970. */
  begin(destination: Pick<Destination, 'host' | 'port' | 'kind'>, socket: Socket, now: number): void {
    const counted = this.#count(destination, now);
    const isNew = counted.connections === 0;
    counted.connections += 1;
    counted.last = Math.max(counted.last, now);
    const open: Open = { counted, socket, sent: 0, received: 0 };
    this.#open.add(open);
    socket.once('close', () => {
      this.#measure(open);
      this.#open.delete(open);
    });
    // Before anything is sent there: what ends this process next takes no host with it.
    if (isNew) this.#tell({ type: 'contacts', hosts: [{ ...counted }], unanswered: this.#unanswered });
    else this.#changed.add(counted);
  }

  /** A name was asked for, or an address called, and nobody answered: the question itself went out. */
  miss(): void {
    this.#unanswered += 1;
  }

  /** Tells what has changed. */
  flush(now: number): void {
    for (const open of this.#open) this.#measure(open, now);
    const changed = [...this.#changed];
    this.#changed = new Set();
    for (let at = 0; at < changed.length; at += AT_ONCE) this.#say(changed.slice(at, at + AT_ONCE));
    if (this.#unanswered !== this.#toldUnanswered) this.#say([]);
  }

  #say(hosts: readonly Counted[]): void {
    this.#toldUnanswered = this.#unanswered;
    const said = hosts.map((counted): Contact => ({ ...counted }));
    this.#tell({ type: 'contacts', hosts: said, unanswered: this.#unanswered });
  }

  #measure(open: Open, now?: number): void {
    const { counted, socket } = open;
    const sent = socket.bytesWritten - open.sent;
    const received = socket.bytesRead - open.received;
    if (sent === 0 && received === 0) return;
    open.sent += sent;
    open.received += received;
    counted.sentBytes += sent;
    counted.receivedBytes += received;
    // What comes takes nothing there: when a secret could last have gone to a host, an answer that goes on does not say.
    if (sent > 0 && now !== undefined) counted.last = Math.max(counted.last, now);
    this.#changed.add(counted);
  }

  #count(destination: Pick<Destination, 'host' | 'port' | 'kind'>, now: number): Counted {
    const { host, port } = destination;
    const family = familyOf(destination);
    const ofFamily = this.#inFamily.get(family) ?? 0;
    const known = this.#counted.get(keyOf(host, port));
    if (known !== undefined) return known;
    if (this.#named < MOST_NAMED && ofFamily < MOST_OF_FAMILY) {
      this.#named += 1;
      this.#inFamily.set(family, ofFamily + 1);
      return this.#begin(host, port, now);
    }
    const shared = this.#counted.get(keyOf(family, port));
    if (shared !== undefined) return shared;
    if (this.#families < MOST_FAMILIES) {
      this.#families += 1;
      return this.#begin(family, port, now);
    }
    return this.#counted.get(keyOf('*', 0)) ?? this.#begin('*', 0, now);
  }

  #begin(host: string, port: number, now: number): Counted {
    const counted = { host, port, first: now, last: now, connections: 0, sentBytes: 0, receivedBytes: 0 };
    this.#counted.set(keyOf(host, port), counted);
    return counted;
  }
}

function keyOf(host: string, port: number): string {
  return `${host} ${port}`;
}

/** What a host is counted under when it is one of many: the end of its name, or the beginning of its address. */
function familyOf({ host, kind }: Pick<Destination, 'host' | 'kind'>): string {
  if (kind === 'name') return `*.${host.split('.').slice(-2).join('.')}`;
  return host.includes(':')
    ? `${host.split(':').slice(0, 3).join(':')}:*`
    : `${host.split('.').slice(0, 2).join('.')}.*`;
}
