// Whom a run reached, as it is said and recorded. Pure.
import { maskHost } from '@holdfast/kernel/brokering/mask-keys';
import { type Id } from '@holdfast/kernel/id';

/** A host and a port that a run reached, counted since its start. Times in milliseconds since 1970. */
export interface Contact {
  /** A name or an address, or for one of many the end of the one (`*.example.org`) or the beginning of the other; `*` for any. */
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  readonly first: number;
  readonly last: number;
  readonly connections: number;
  readonly sentBytes: number;
  /** `undefined`: its door was started before this was counted. */
  readonly receivedBytes?: number | undefined;
}

/** What is said of a run. */
export interface ToldContacts {
  readonly space: Id;
  readonly run: Id;
  readonly hosts: readonly Contact[];
  /** Names that nobody knew and hosts that did not answer: the question went out all the same. */
  readonly unanswered: number;
  readonly ended: boolean;
}

/** Hosts of one run that are kept; no door of ours tells of more. */
const MOST_OF_RUN = 600;
/** Hosts in one entry, whose body has an end. */
const OF_ENTRY = 100;
/** How long after the entry before of its run a new host is recorded, so that many at once are few entries. */
const SOON_MS = 1_000;
/** And how long after it what is known is recorded anew, with its counts. */
const LATER_MS = 600_000;

/** Whom a run reached, and what of it is on record. */
export class Reached {
  /** As they were told. */
  readonly #hosts = new Map<string, { readonly told: Contact; readonly shown: string }>();
  /** As it is on record, by host. */
  readonly #recorded = new Map<string, Contact>();
  #unanswered = 0;
  #recordedUnanswered = 0;
  #recordedAt = -Infinity;
  #ended = false;

  /** Takes what is on record, as a hub before this one left it. */
  meet(hosts: readonly Contact[], unanswered: number): void {
    for (const one of hosts) this.#recorded.set(keyOf(one), one);
    this.#recordedUnanswered = unanswered;
    this.#unanswered = Math.max(this.#unanswered, unanswered);
  }

  /** Takes what is said. */
  hear({ hosts, unanswered, ended }: Pick<ToldContacts, 'hosts' | 'unanswered' | 'ended'>): void {
    for (const one of hosts.filter(isRecordable))
      if (this.#hosts.has(keyOf(one)) || this.#hosts.size < MOST_OF_RUN)
        this.#hosts.set(keyOf(one), { told: one, shown: maskHost(one.host) });
    this.#unanswered = Math.max(this.#unanswered, unanswered);
    if (ended) this.end();
  }

  /** Nothing more is said. */
  end(): void {
    this.#ended = true;
  }

  /** Whether it is over, and all of it on record. */
  get isDone(): boolean {
    return this.#ended && this.#changed().length === 0 && this.#unanswered === this.#recordedUnanswered;
  }

  /** What is to be recorded by now: new hosts soon, counts once in a while and at the end. `undefined`: nothing. */
  due(now: number): { readonly hosts: readonly Contact[]; readonly unanswered: number } | undefined {
    if (this.isDone) return undefined;
    const changed = this.#changed();
    const isNew = changed.some((one) => !this.#recorded.has(keyOf(one)));
    const waits = this.#ended ? 0 : isNew ? SOON_MS : LATER_MS;
    if (now - this.#recordedAt < waits) return undefined;
    if (changed.length === 0 && this.#unanswered === this.#recordedUnanswered) return undefined;
    // The new ones first: of them nothing else says that they were reached.
    const ordered = changed.toSorted((a, b) => this.#rank(a) - this.#rank(b));
    return { hosts: ordered.slice(0, OF_ENTRY), unanswered: this.#unanswered };
  }

  /** How many bytes passed in all, once these hosts are on record. */
  passedWith(hosts: readonly Contact[]): { readonly sent: number; readonly received: number | undefined } {
    const all = new Map([...this.#recorded, ...hosts.map((one) => [keyOf(one), one] as const)]);
    const total = { sent: 0, received: 0 as number | undefined };
    for (const { sentBytes, receivedBytes } of all.values()) {
      total.sent += sentBytes;
      if (total.received !== undefined)
        total.received = receivedBytes === undefined ? undefined : total.received + receivedBytes;
    }
    return total;
  }

  /** That is on record now. */
  record(
    { hosts, unanswered }: { readonly hosts: readonly Contact[]; readonly unanswered: number },
    now: number,
  ): void {
    for (const one of hosts) this.#recorded.set(keyOf(one), one);
    this.#recordedUnanswered = unanswered;
    // Of more than one entry holds, the rest follows at once.
    if (hosts.length < OF_ENTRY) this.#recordedAt = now;
  }

  #rank(one: Contact): number {
    return this.#recorded.has(keyOf(one)) ? 1 : 0;
  }

  /** As they would be recorded: hosts whose names differ in a key alone are one there, and their counts go together. */
  #changed(): Contact[] {
    const shown = new Map<string, Contact>();
    for (const { told, shown: host } of this.#hosts.values()) {
      const one = { ...told, host };
      shown.set(keyOf(one), together(one, shown.get(keyOf(one))));
    }
    return [...shown].flatMap(([key, one]) => (isSame(one, this.#recorded.get(key)) ? [] : [one]));
  }
}

/** The last moment that a text of RFC 3339 has a year for. */
const LAST_MOMENT = 253_402_300_799_999;

/** What cannot be written or read again would be tried for ever, and everything of its run with it. */
function isRecordable({ host, first, last }: Contact): boolean {
  const isMoment = (ms: number): boolean => ms >= 0 && ms <= LAST_MOMENT;
  return isMoment(first) && isMoment(last) && !host.includes('\0');
}

function together(one: Contact, other: Contact | undefined): Contact {
  if (other === undefined) return one;
  return {
    ...{ host: one.host, port: one.port },
    first: Math.min(one.first, other.first),
    last: Math.max(one.last, other.last),
    // What a runner in somebody else's hands makes up adds up to no number that cannot be read again.
    connections: Math.min(one.connections + other.connections, Number.MAX_SAFE_INTEGER),
    sentBytes: Math.min(one.sentBytes + other.sentBytes, Number.MAX_SAFE_INTEGER),
    ...receivedTogether(one, other),
  };
}

function receivedTogether(
  { receivedBytes: one }: Contact,
  { receivedBytes: other }: Contact,
): Pick<Contact, 'receivedBytes'> {
  // Of one of them it is not known, so it is not known of both.
  if (one === undefined || other === undefined) return {};
  return { receivedBytes: Math.min(one + other, Number.MAX_SAFE_INTEGER) };
}

function keyOf({ host, port }: Pick<Contact, 'host' | 'port'>): string {
  return `${host} ${port}`;
}

function isSame(one: Contact, other: Contact | undefined): boolean {
  if (other === undefined || one.receivedBytes !== other.receivedBytes) return false;
  return one.connections === other.connections && one.sentBytes === other.sentBytes;
}
