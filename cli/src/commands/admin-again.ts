// `./holdfast admin token revoke-again`: after a restore, takes back again what an export of the ledger says was taken back.
import { isFault } from '@holdfast/kernel/fault';
import { readLines } from '@holdfast/platform/appended-file';
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { Removed } from '../answers.ts';
import { type Call, type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { exportUnreadable, timeUnreadable } from '../faults.ts';
import { printResult } from '../print.ts';
import { Entry, TakenBack, type UserAct } from '../taken-back.ts';
import { NamedEntry, TakenNames } from '../taken-names.ts';
import { doAgain } from './again-names.ts';

const Line = z.looseObject({ type: z.string() });
const Accounts = z.array(z.object({ id: z.string(), name: z.string() }));

/** Revokes anew what was revoked according to an export. */
export const revokeAgain: Command = {
  name: 'admin token revoke-again',
  doc:
    'After a restore: take back again the tokens, sessions, accesses and memberships that EXPORT, written by `ledger export`, ' +
    'says were taken back, delete what it says was deleted, and name what else was',
  words: ['EXPORT'],
  flags: {
    since: {
      value: 'TIME',
      doc: 'When the backup was made: who was signed out before it stays signed in, and what was left to people before it is not named',
    },
    names: {
      value: 'LINES',
      doc: 'What `ledger list --lines` wrote, which has the names that an export has not: none that came after the backup is given to somebody else',
    },
  },
  run: async (call) => {
    const taken = await readExport(call);
    const tokens = { revoked: [] as string[], unknown: [] as string[] };
    for (const id of taken.tokens) {
      const outcome = await take(call, ['tokens', id, 'revoke']);
      tokens[outcome === 'done' ? 'revoked' : 'unknown'].push(id);
    }
    const people = await takeFromPeople(call, taken);
    await doNamesAgain(call, taken, people);
    const byHand = await withNames(call, [...taken.byHand, ...taken.named.unnamed]);
    printResult(call.json, { ...tokens, ...people, byHand }, describe({ ...tokens, ...people, byHand }));
    // A script that goes on would serve with what was not taken.
    return people.refused.length === 0 ? EXIT.done : EXIT.failed;
  },
};

function timeOf(text: Call['flags'][string]): Date | undefined {
  if (typeof text !== 'string') return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw timeUnreadable(text);
  return time;
}

interface Export extends Pick<TakenBack, 'tokens' | 'byHand' | 'users' | 'members'> {
  readonly named: TakenNames;
}

async function readExport({ rest, flags }: Call): Promise<Export> {
  const [file = '', since, names] = [rest[0], timeOf(flags['since']), flags['names']];
  const taken = new TakenBack(since);
  const named = new TakenNames({ since, names: await readNamesOf(names) });
  let isFirst = true;
  await readEach(file, (read) => {
    const line = Line.parse(read);
    if (isFirst && line.type !== 'holdfast-ledger-export')
      throw new TypeError('it is no export of the ledger');
    isFirst = false;
    if (line.type !== 'entry') return;
    const entry = Entry.parse(line);
    taken.add(entry);
    named.add(entry);
  });
  if (isFirst) throw exportUnreadable(file, 'it is empty');
  const { tokens, byHand, users, members } = taken;
  return { tokens, byHand, users, members, named };
}

/** By the digest of an entry, what it calls its subject. */
async function readNamesOf(file: Call['flags'][string]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  if (typeof file !== 'string') return names;
  await readEach(file, (read) => {
    const { hash, personal } = NamedEntry.parse(read);
    if (personal['name'] !== undefined) names.set(hash, personal['name']);
  });
  return names;
}

async function readEach(file: string, take: (read: unknown) => void): Promise<void> {
  try {
    for await (const text of readLines(file)) take(JSON.parse(text));
  } catch (error) {
    throw exportUnreadable(file, error instanceof z.ZodError ? 'a line is none of an export' : String(error));
  }
}

/** What was done to whom: `ada disabled`, `ada left acme`; and what the hub would not do, with its reason. */
interface People {
  readonly done: string[];
  readonly refused: string[];
  /** How many the restored hub does not know: they came later, or are gone. */
  missing: number;
}

const DONE: Readonly<Record<UserAct, string>> = {
  disable: 'disabled',
  demote: 'an ordinary user',
  'sign-out': 'signed out',
};

// Whoever came after the backup is not there, and has nothing that could be taken.
async function takeFromPeople(call: Call, { users, members }: Export): Promise<People> {
  const names = await readNames(call);
  const people: People = { done: [], refused: [], missing: 0 };
  const note = (what: string, outcome: Outcome): void => {
    if (outcome === 'done') people.done.push(what);
    else if (outcome === 'missing') people.missing += 1;
    else people.refused.push(`${what}: ${outcome.refused}`);
  };
  for (const { id, act } of users) {
    const name = names.get(id);
    if (name === undefined) {
      people.missing += 1;
      continue;
    }
    const [word, body] = act === 'demote' ? ['administrator', { administrator: false }] : [act];
    note(`${name}: ${DONE[act]}`, await take(call, ['users', name, word], body));
  }
  for (const one of members) {
    const [org, user] = [names.get(one.org), names.get(one.user)];
    if (org === undefined || user === undefined) {
      people.missing += 1;
      continue;
    }
    note(`${user}: no member of ${org}`, await take(call, ['orgs', org, 'members', 'remove'], { user }));
  }
  return people;
}

// After access was taken: what is in the way of deleting a name is no reason to leave somebody in.
async function doNamesAgain(call: Call, { named }: Export, people: People): Promise<void> {
  for await (const outcome of doAgain(call, named.acts, await readNames(call))) {
    if (outcome === 'missing') continue;
    if ('done' in outcome) people.done.push(outcome.done);
    else people.refused.push(outcome.refused);
  }
}

async function readNames(call: Call): Promise<Map<string, string>> {
  const lists = ['users', 'orgs'].map(async (kind) => {
    return Accounts.parse(await requestAdmin(call, { method: 'GET', path: [kind] }));
  });
  return new Map((await Promise.all(lists)).flat().map(({ id, name }) => [id, name]));
}

// A number says little to who is to look at it.
async function withNames(call: Call, byHand: TakenBack['byHand']) {
  const names = await readNames(call);
  return byHand.map((one) => {
    const name = names.get(one.subject.replace(/^account:/, ''));
    return { ...one, ...(name !== undefined && { name }) };
  });
}

type Outcome = 'done' | 'missing' | { readonly refused: string };

/** Takes something away. Doing it twice does no harm. */
async function take(call: Call, path: readonly string[], body?: object): Promise<Outcome> {
  try {
    Removed.parse(await requestAdmin(call, { method: 'POST', path, ...(body && { body }) }));
    return 'done';
  } catch (error) {
    if (!isFault(error, 'admin.refused')) throw error;
    // It came after the backup, or is gone: the database that was restored does not have it.
    if (String(error.details['error']).endsWith('Missing')) return 'missing';
    return { refused: error.message };
  }
}

function describe({
  revoked,
  unknown,
  done,
  refused,
  missing,
  byHand,
}: People & {
  readonly revoked: readonly string[];
  readonly unknown: readonly string[];
  readonly byHand: readonly (TakenBack['byHand'][number] & { readonly name?: string })[];
}): string {
  return [
    `Revoked: ${revoked.length}. Not there, because they were issued later: ${unknown.length}.`,
    ...done.map((one) => `  ${one}`),
    ...(missing === 0
      ? []
      : [`Accounts and memberships that are not there, so that nothing is taken: ${missing}.`]),
    ...(refused.length === 0 ? [] : ['Not done:']),
    ...refused.map((one) => `  ${one}`),
    ...(byHand.length === 0 ? [] : ['Taken back as well, and to be looked at by hand:']),
    ...byHand.map(({ at, kind, subject, name }) => `  ${at}  ${kind}  ${name ?? subject}`),
  ].join('\n');
}
