// What a writer says of an act, how it becomes an entry, and whether a lane of entries is whole. Pure.
import { createHash, randomBytes } from 'node:crypto';
import { entryBody } from '@holdfast/kernel/brokering/mask-entry';
import { maskKeys } from '@holdfast/kernel/brokering/mask-keys';
import { type Json } from '@holdfast/kernel/canonical-json';
import { type Sha256 } from '@holdfast/kernel/digest';
import { GENESIS, hashEntry, type RecordedEntry } from '@holdfast/kernel/ledger-entry';
import { z } from 'zod';

/** What happened, as the one who records it says it. */
export interface Entry {
  /** Closed, dotted: `repo.created`. Each database role may write only its own kinds. */
  readonly kind: string;
  /** What it happened to: `repo:<id>`, `token:<id>`, `account:<id>`. */
  readonly subject: string;
  /** Who did it: `user:<id>`, `operator:<uid name>`, `system:<part>`, `anonymous`. */
  readonly actor: string;
  /** Through what: `token:<id>`, or empty. */
  readonly credential: string;
  /** The rest, without anything personal. */
  readonly body: { readonly [key: string]: Json | undefined };
  /** Personal values (addresses, names, mail). Only a salted commitment of each enters the entry. */
  readonly personal?: Readonly<Record<string, string>>;
}

/** A personal value beside the salt that commits to it. Erasing the row keeps every digest valid. */
export interface PersonalField {
  readonly field: string;
  readonly salt: Buffer;
  readonly value: string;
}

/** An entry ready to be written: its canonical body, and the personal values that the body commits to. */
export interface PreparedEntry {
  readonly body: string;
  readonly personal: readonly PersonalField[];
}

/**
 * Makes the canonical body (RFC 8785), with a salted commitment in place of each personal value. What people wrote may hold a
 * key, which an entry would keep for ever (threat 19): whose it was stands in its place.
 */
export function prepareEntry(entry: Entry): PreparedEntry {
  const personal = Object.entries(entry.personal ?? {}).map(([field, value]) => ({
    field,
    salt: randomBytes(16),
    value: maskKeys(value),
  }));
  const commitments = Object.fromEntries(personal.map((one) => [one.field, commitment(one)]));
  return {
    body: entryBody(personal.length === 0 ? entry.body : { ...entry.body, personal: commitments }),
    personal,
  };
}

/** The commitment to a personal value: SHA-256 over salt and value. */
export function commitment(field: Pick<PersonalField, 'salt' | 'value'>): Sha256 {
  return createHash('sha256').update(field.salt).update(field.value).digest('hex') as Sha256;
}

/**
 * What is wrong with a personal value: it is not the one that the entry commits to, the entry commits to none, or it commits to one that
 * is not there, although nobody erased it.
 */
export type Doubt = 'altered' | 'uncommitted' | 'missing';

/** Personal values of an entry: those that it commits to, and by field what is wrong with the others, which are not shown. */
export interface JudgedPersonal {
  readonly personal: Readonly<Record<string, string>>;
  readonly doubted: Readonly<Record<string, Doubt>>;
}

/**
 * Holds personal values against what the entry says. They stand beside it, where nothing chains or signs them: who rules the database
 * could put another address in the place of the one from where somebody came.
 */
export function judgePersonal(
  body: string,
  found: readonly PersonalField[],
  isErased: boolean,
): JudgedPersonal {
  const committed = new Map(Object.entries(Commitments.safeParse(readBody(body)['personal']).data ?? {}));
  const personal: [string, string][] = [];
  const doubted: [string, Doubt][] = [];
  for (const one of found) {
    const wanted = committed.get(one.field);
    committed.delete(one.field);
    if (wanted === commitment(one)) personal.push([one.field, one.value]);
    else doubted.push([one.field, wanted === undefined ? 'uncommitted' : 'altered']);
  }
  if (!isErased) for (const field of committed.keys()) doubted.push([field, 'missing']);
  return { personal: Object.fromEntries(personal), doubted: Object.fromEntries(doubted) };
}

/** What is wrong with a chain. */
export interface ChainFlaw {
  readonly n: number;
  readonly flaw: 'altered' | 'missing' | 'not-linked';
}

/** Checks the entries of one lane of one writer, in order: none altered, none missing, each linked to the one before. */
export function verifyLane(entries: readonly RecordedEntry[]): ChainFlaw | undefined {
  let previous: Sha256 = GENESIS;
  let n = 0;
  for (const entry of entries) {
    n += 1;
    if (entry.n !== n) return { n, flaw: 'missing' };
    if (entry.previous !== previous) return { n, flaw: 'not-linked' };
    if (hashEntry(entry) !== entry.hash) return { n, flaw: 'altered' };
    previous = entry.hash;
  }
  return undefined;
}

/** What an entry says; of one that is no JSON, which nobody who writes as we do left, nothing. */
export function readBody(body: string): Readonly<Record<string, unknown>> {
  try {
    return Said.parse(JSON.parse(body));
  } catch {
    return {};
  }
}

const Said = z.record(z.string(), z.unknown());
const Commitments = z.record(z.string(), z.unknown());
