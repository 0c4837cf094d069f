// Whom runs reached, read back from the ledger. Of one run it is read as a whole; of a Space, whose runs reached many hosts for weeks,
// piece by piece from the newest, so that an answer costs what a piece does and none fails because there is too much.
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { z } from 'zod';
import { PossessionReader, type ContactEntry, type ContactRow } from '#modules/ledger';
import { type Contact } from './contacts-model.ts';

/** Entries of one run that are read, of the newest: ten weeks of one in ten minutes. */
const MOST_OF_RUN = 10_000;
/**
 * With how many a piece is full: entries of the runs that are asked for, what these say of hosts, and the hosts, which an answer has to
 * show; and entries of other runs, which are passed.
 */
const FULL = { entries: 10_000, rows: 100_000, hosts: 1_000, passed: 200_000 };
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
  const hosts = await reader.listContacts(run, MOST_OF_RUN);
  return { hosts: hosts.map(contactOf), unanswered: await reader.findUnanswered(run) };
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
  const piece = new Piece();
  let back = before ?? END;
  for (;;) {
    const entries = await reader.listContactEntries(space, { runs, before: back, limit: AT_ONCE });
    for (const entry of entries) {
      // What is of one instant stays together, so that nothing lies between two pieces.
      if (piece.isFull && entry.at !== back) return { ...piece.told, back };
      piece.add(entry);
      back = entry.at;
    }
    if (entries.length < AT_ONCE) return { ...piece.told, back: undefined };
  }
}

const Said = z.looseObject({
  unanswered: z.number(),
  hosts: z.array(
    z.looseObject({
      host: z.string(),
      port: z.number(),
      first: z.iso.datetime(),
      last: z.iso.datetime(),
      connections: z.number(),
      sentBytes: z.number(),
      receivedBytes: z.number().optional(),
    }),
  ),
});

class Piece {
  readonly #runs = new Map<Id, { readonly hosts: Map<string, Contact>; readonly unanswered: number }>();
  readonly #hosts = new Set<string>();
  readonly #read = { entries: 0, rows: 0, passed: 0 };
  #isDamaged = false;

  /** Takes one, which is older than those before. */
  add({ actor, body }: ContactEntry): void {
    if (body === null) {
      this.#read.passed += 1;
      return;
    }
    this.#read.entries += 1;
    const said = Said.safeParse(JSON.parse(body));
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
    const isRead = entries >= FULL.entries || rows >= FULL.rows || passed >= FULL.passed;
    return isRead || this.#hosts.size >= FULL.hosts;
  }

  get told(): Omit<ContactPiece, 'back'> {
    const runs = [...this.#runs].map(
      ([run, { hosts, unanswered }]) => [run, { hosts: [...hosts.values()], unanswered }] as const,
    );
    return { runs: new Map(runs), isDamaged: this.#isDamaged };
  }
}

function contactOf({ first, last, receivedBytes, ...counts }: ContactRow): Contact {
  const { host, port, connections, sentBytes } = counts;
  const known = { host, port, first: Date.parse(first), last: Date.parse(last), connections, sentBytes };
  return { ...known, receivedBytes: receivedBytes ?? undefined };
}
