// Whom runs reached, read back from the ledger. Of one run it is read as a whole; of a Space, whose runs reached many hosts for weeks,
// piece by piece from the newest, so that an answer costs what a piece does and none fails because there is too much.
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { z } from 'zod';
import { PossessionReader, readBody, type ContactEntry } from '#modules/ledger';
import { type Contact } from './contacts-model.ts';

/** What a piece has read, by which it is full. */
interface Read {
  /** Entries of the runs that are asked for, and what these say of hosts. */
  readonly entries: number;
  readonly rows: number;
  /** Hosts, which an answer has to show. */
  readonly hosts: number;
  /** Entries of other runs. */
  readonly passed: number;
}

const FULL: Read = { entries: 10_000, rows: 100_000, hosts: 1_000, passed: 200_000 };
/** Of one run, with as many entries of the newest: ten weeks of one in ten minutes. It has no more hosts than its door remembers. */
const FULL_OF_RUN: Read = { entries: 10_000, rows: Infinity, hosts: Infinity, passed: Infinity };
/** Entries that are read at a time. */
const AT_ONCE = 200;
/** Later than any entry. */
const END = 'infinity';

/** Whom a run reached, as far as that is on record. */
export interface RecordedContacts {
  readonly hosts: readonly Contact[];
  readonly unanswered: number;
}

/** A piece of whom the runs of a Space reached. */
export interface ContactPiece {
  /** By run, of each host and port what was recorded last in this piece. */
  readonly runs: ReadonlyMap<Id, RecordedContacts>;
  /** With microseconds, in UTC: what was recorded before then was not read, and is what comes next. `undefined`: nothing is before. */
  readonly back: string | undefined;
  /** Entries of this piece were written by nobody who writes as we do; what they say is not here. */
  readonly isDamaged: boolean;
}

/** Whom one run reached: of each host and port what was recorded last. */
export async function readContacts(db: Db, run: Id): Promise<RecordedContacts> {
  const reader = new PossessionReader(db);
  const piece = new Piece(FULL_OF_RUN);
  await fill(
    piece,
    END,
    async (before) => await reader.listContactEntriesOf(run, { before, limit: AT_ONCE }),
  );
  return piece.told.runs.get(run) ?? { hosts: [], unanswered: 0 };
}

/**
 * Whom these runs of a Space reached by what was recorded before a time (a text of RFC 3339; `undefined`: by now), from the newest entry
 * back as far as one piece goes. What one entry says counts from the start of its run, so the last one of a host says all of it.
 */
export async function readContactsBack(
  db: Db,
  space: Id,
  { runs, before }: { readonly runs: readonly Id[]; readonly before: string | undefined },
): Promise<ContactPiece> {
  const reader = new PossessionReader(db);
  const piece = new Piece(FULL);
  const back = await fill(
    piece,
    before ?? END,
    async (at) => await reader.listContactEntries(space, { runs, before: at, limit: AT_ONCE }),
  );
  return { ...piece.told, back };
}

/** Fills a piece from the newest before a time; what was recorded before the time that is returned was not read. `undefined`: all was. */
async function fill(
  piece: Piece,
  from: string,
  list: (before: string) => Promise<readonly ContactEntry[]>,
): Promise<string | undefined> {
  for (let back = from; ;) {
    const entries = await list(back);
    for (const entry of entries) {
      // What is of one instant stays together, so that nothing lies between two pieces.
      if (piece.isFull && entry.at !== back) return back;
      piece.add(entry);
      back = entry.at;
    }
    if (entries.length < AT_ONCE) return undefined;
  }
}

const SaidOfHost = z.looseObject({
  host: z.string(),
  port: z.number(),
  first: z.iso.datetime(),
  last: z.iso.datetime(),
  connections: z.number(),
  sentBytes: z.number(),
  /** Older entries do not say it. */
  receivedBytes: z.number().optional(),
});
const Said = z.looseObject({ unanswered: z.number(), hosts: z.array(SaidOfHost) });

class Piece {
  readonly #runs = new Map<Id, { readonly hosts: Map<string, Contact>; readonly unanswered: number }>();
  readonly #hosts = new Set<string>();
  readonly #read = { entries: 0, rows: 0, passed: 0 };
  readonly #full: Read;
  #isDamaged = false;

  constructor(full: Read) {
    this.#full = full;
  }

  /** Takes one, which is older than those before. */
  add({ actor, body }: ContactEntry): void {
    if (body === null) {
      this.#read.passed += 1;
      return;
    }
    this.#read.entries += 1;
    const said = Said.safeParse(readBody(body));
    this.#isDamaged ||= !said.success;
    if (!said.success) return;
    const { hosts, unanswered } = said.data;
    this.#read.rows += hosts.length;
    const run = actor.replace('run:', '') as Id;
    const known = this.#runs.get(run) ?? { hosts: new Map<string, Contact>(), unanswered };
    this.#runs.set(run, known);
    for (const one of hosts) {
      const key = `${one.host} ${one.port}`;
      this.#hosts.add(key);
      if (!known.hosts.has(key)) known.hosts.set(key, contactOf(one));
    }
  }

  get isFull(): boolean {
    const { entries, rows, passed } = this.#read;
    const full = this.#full;
    const isRead = entries >= full.entries || rows >= full.rows || passed >= full.passed;
    return isRead || this.#hosts.size >= full.hosts;
  }

  get told(): Omit<ContactPiece, 'back'> {
    const runs = [...this.#runs].map(
      ([run, { hosts, unanswered }]) => [run, { hosts: [...hosts.values()], unanswered }] as const,
    );
    return { runs: new Map(runs), isDamaged: this.#isDamaged };
  }
}

function contactOf({ first, last, ...said }: z.infer<typeof SaidOfHost>): Contact {
  const { host, port, connections, sentBytes, receivedBytes } = said;
  const counts = { connections, sentBytes, receivedBytes };
  return { host, port, first: Date.parse(first), last: Date.parse(last), ...counts };
}
