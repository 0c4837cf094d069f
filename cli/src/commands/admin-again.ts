// `./holdfast admin token revoke-again`: after a restore, takes back again what an export of the ledger says was taken back.
import { isFault } from '@holdfast/kernel/fault';
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { Removed } from '../answers.ts';
import { type Call, type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { printResult } from '../print.ts';
import { type EndedApplication, type TakenBack, type UserAct } from '../taken-back.ts';
import { readExport, type Export } from './again-export.ts';
import { doAgain, wishOf } from './again-names.ts';

const Accounts = z.array(z.object({ id: z.string(), name: z.string() }));

/** Revokes anew what was revoked according to an export. */
export const revokeAgain: Command = {
  name: 'admin token revoke-again',
  doc:
    'After a restore: take back again the tokens, sessions, accesses, memberships and applications that EXPORT, written by `ledger export`, ' +
    'says were taken back, delete what it says was deleted, and name what else was',
  words: ['EXPORT'],
  flags: {
    since: {
      value: 'TIME',
      doc: 'When the backup was begun, as `restore` says it: who was signed out before it stays signed in, and what was left to people before it is not named',
    },
    names: {
      value: 'LINES',
      doc: 'What `ledger list --lines` wrote, which has the names that an export has not: none that came after the backup is given to somebody else',
    },
    until: {
      value: 'TIME',
      doc: 'What was deleted, moved or named from then on is left out, and named: where an intruder deleted, or a mistake',
    },
    except: {
      ...{ value: 'ID', many: true },
      doc: 'What was deleted, moved or named of this account or repository is left out, and named',
    },
    'dry-run': { doc: 'Say what it would do, and do nothing' },
    'cut-short': { doc: 'Take an EXPORT that was cut short: what it lacks is not done again' },
  },
  run: async (call) => {
    const taken = await readExport(call);
    if (call.flags['dry-run'] === true) return await tellPlan(call, taken);
    const tokens = { revoked: [] as string[], unknown: [] as string[] };
    for (const id of taken.tokens) {
      const outcome = await take(call, ['tokens', id, 'revoke']);
      tokens[outcome === 'done' ? 'revoked' : 'unknown'].push(id);
    }
    const people = await takeFromPeople(call, taken);
    await endApplications(call, taken, people);
    await doNamesAgain(call, taken, people);
    const byHand = await withNames(call, byHandOf(taken));
    printResult(call.json, { ...tokens, ...people, byHand }, describe({ ...tokens, ...people, byHand }));
    // A script that goes on would serve with what was not taken.
    return people.refused.length === 0 ? EXIT.done : EXIT.failed;
  },
};

function byHandOf({ byHand, named, unordered }: Export): TakenBack['byHand'] {
  return [...byHand, ...named.unnamed, ...named.leftOut, ...unordered];
}

// What deletes is looked at first: an export says what was done, and not whether it should have been.
async function tellPlan(call: Call, taken: Export): Promise<number> {
  const names = await readNames(call);
  const called = (id: string): string => names.get(id) ?? id;
  const plan = [
    ...[...taken.tokens].map((id) => `revoke token ${id}`),
    ...taken.users.map(({ id, act }) => `${called(id)}: ${DONE[act]}`),
    ...taken.members.map(({ org, user }) => `${called(user)}: no member of ${called(org)}`),
    ...taken.applications.map((one) => endedApplication(one, called(one.user ?? ''))),
    ...taken.named.acts.map((act) => `${wishOf(act, called(act.id))} (${act.id})`),
  ];
  const byHand = await withNames(call, byHandOf(taken));
  const lines = ['Nothing was done. It would, where it is there:', ...plan.map((one) => `  ${one}`)];
  printResult(call.json, { plan, byHand }, [...lines, ...describeByHand(byHand)].join('\n'));
  return EXIT.done;
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

/** What is said of it; `user`: what the user is called. */
function endedApplication({ application, user }: EndedApplication, name: string): string {
  if (user === undefined) return `application ${application}: deleted`;
  return `${name}: application ${application} may nothing any more`;
}

// Each would go on with the refresh tokens that the backup has, or be let in without a question by a yes that was taken back.
async function endApplications(call: Call, { applications }: Export, people: People): Promise<void> {
  const names = await readNames(call);
  for (const one of applications) {
    const { application, user } = one;
    const what = endedApplication(one, names.get(user ?? '') ?? user ?? '');
    const outcome = await take(
      call,
      ['applications', application, 'end'],
      user === undefined ? {} : { user },
    );
    if (outcome === 'done') people.done.push(what);
    else if (outcome === 'missing') people.missing += 1;
    else people.refused.push(`${what}: ${outcome.refused}`);
  }
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
  readonly byHand: ByHand;
}): string {
  return [
    `Revoked: ${revoked.length}. Not there, because they were issued later: ${unknown.length}.`,
    ...done.map((one) => `  ${one}`),
    ...(missing === 0
      ? []
      : [`Accounts, memberships and applications that are not there, so that nothing is taken: ${missing}.`]),
    ...(refused.length === 0 ? [] : ['Not done:']),
    ...refused.map((one) => `  ${one}`),
    ...describeByHand(byHand),
  ].join('\n');
}

type ByHand = readonly (TakenBack['byHand'][number] & { readonly name?: string })[];

function describeByHand(byHand: ByHand): string[] {
  if (byHand.length === 0) return [];
  const lines = byHand.map(({ at, kind, subject, name }) => `  ${at}  ${kind}  ${name ?? subject}`);
  return ['On the ledger as well, not done, and to be looked at by hand:', ...lines];
}
