// Does again, in a restored instance, what an export says was deleted, moved or named: part of `admin token revoke-again`.
import { z } from 'zod';
import { isFault } from '@holdfast/kernel/fault';
import { requestAdmin, type AdminRequest } from '../admin-client.ts';
import { type Call } from '../command.ts';
import { type NameAct } from '../taken-names.ts';

const Named = z.object({ name: z.string() });

/** What came of one act: what to say of it, nothing where the database has not what it is about, or why not. */
export type Outcome = 'missing' | { readonly done: string } | { readonly refused: string };

/** Does them in their order: a name is free, or a namespace empty, by what came before. `names` by id, and kept right. */
export async function* doAgain(
  call: Call,
  acts: readonly NameAct[],
  names: Map<string, string>,
): AsyncGenerator<Outcome> {
  if (acts.length === 0) return;
  // Asked once for all of them: an instance that serves would take some of them, and not the others.
  const sealed = await attempt(call, { method: 'POST', path: ['replay'], body: { act: 'begin' } });
  if ('refused' in sealed) {
    yield { refused: `delete, move and name again: ${sealed.refused}` };
    return;
  }
  for (const [at, act] of acts.entries()) {
    const name = names.get(act.id);
    if (isNothingToDo(act, { name, later: acts.slice(at) })) continue;
    const outcome = await doOne(call, act, { name: name ?? act.id, later: acts.slice(at + 1) });
    if (outcome !== 'missing' && 'done' in outcome) {
      if (act.act === 'deleted') names.delete(act.id);
      if (act.act === 'renamed' || act.act === 'account-created') names.set(act.id, act.name);
    }
    yield outcome;
  }
}

// What it was done to came after the backup, under a name that is not known, is gone already, or is called what it is called in the end.
function isNothingToDo(
  act: NameAct,
  { name, later }: { name: string | undefined; later: readonly NameAct[] },
): boolean {
  if (act.act === 'deleted') return name === undefined;
  if (act.act === 'account-created') return name !== undefined;
  if (act.act !== 'renamed') return false;
  const last = later.findLast((one) => one.act === 'renamed' && one.id === act.id);
  return name === undefined || (last?.act === 'renamed' && last.name === name);
}

async function doOne(
  call: Call,
  act: NameAct,
  { name, later }: { name: string; later: readonly NameAct[] },
): Promise<Outcome> {
  const outcome = await attempt(call, requestOf(act, name));
  if ('done' in outcome) return { done: DONE[act.act](outcome.done, name) };
  // Run again: an account that came and went after the backup is there, and deleted; a repository went on from where it was moved.
  const isGone =
    outcome.error === 'RepoNotFound' ||
    (outcome.error === 'AccountMissing' &&
      (act.act !== 'repo-moved' || later.some(({ id }) => id === act.id)));
  return isGone ? 'missing' : { refused: `${wishOf(act, name)}: ${outcome.refused}` };
}

async function attempt(
  call: Call,
  request: AdminRequest,
): Promise<{ readonly done: string } | { readonly refused: string; readonly error: unknown }> {
  try {
    return { done: Named.parse(await requestAdmin(call, request)).name };
  } catch (error) {
    if (!isFault(error, 'admin.refused')) throw error;
    return { refused: error.message, error: error.details['error'] };
  }
}

const DONE: Readonly<Record<NameAct['act'], (name: string, before: string) => string>> = {
  deleted: (name) => `${name}: deleted, its name is nobody's`,
  renamed: (to, before) => `${before}: renamed ${to}`,
  'repo-deleted': (repo) => `${repo}: repository deleted`,
  'repo-moved': (repo) => `${repo}: repository moved there`,
  'account-created': (account) => `${account}: the name is kept`,
};

/** What it comes to, said of what is not done yet. `name`: of what it is done to, or its id. */
export function wishOf(act: NameAct, name: string): string {
  switch (act.act) {
    case 'deleted':
      return `delete ${name}`;
    case 'renamed':
      return `rename ${name} ${act.name}`;
    case 'repo-deleted':
      return `delete repository ${name}`;
    case 'repo-moved':
      return `move repository ${name}${act.name === undefined ? '' : `, as ${act.name},`} to ${act.namespace}`;
    case 'account-created':
      return `keep the name ${act.name}`;
  }
}

function requestOf(act: NameAct, name: string): AdminRequest {
  const method = 'POST';
  switch (act.act) {
    case 'deleted':
      return { method, path: ['namespaces', name, 'delete'], body: { kind: act.kind } };
    case 'renamed':
      return { method, path: ['namespaces', name, 'rename'], body: { kind: act.kind, to: act.name } };
    default:
      return { method, path: ['replay'], body: act };
  }
}
