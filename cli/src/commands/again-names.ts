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
  for (const act of acts) {
    const name = names.get(act.id);
    // What it was done to came after the backup, under a name that is not known, or is gone already.
    if ((act.act === 'renamed' || act.act === 'deleted') && name === undefined) continue;
    if (act.act === 'account-created' && name !== undefined) continue;
    const outcome = await attempt(call, act, name ?? act.id);
    if (act.act === 'deleted' && isDone(outcome)) names.delete(act.id);
    if ((act.act === 'renamed' || act.act === 'account-created') && isDone(outcome))
      names.set(act.id, act.name);
    yield outcome;
  }
}

function isDone(outcome: Outcome): outcome is { readonly done: string } {
  return outcome !== 'missing' && 'done' in outcome;
}

async function attempt(call: Call, act: NameAct, name: string): Promise<Outcome> {
  const [request, say] = requestOf(act, name);
  try {
    return { done: say(Named.parse(await requestAdmin(call, request)).name) };
  } catch (error) {
    if (!isFault(error, 'admin.refused')) throw error;
    if (error.details['error'] === 'RepoNotFound') return 'missing';
    return { refused: `${say(name)}: ${error.message}` };
  }
}

type Say = (name: string) => string;

function requestOf(act: NameAct, name: string): readonly [AdminRequest, Say] {
  const method = 'POST';
  switch (act.act) {
    case 'deleted':
      return [
        { method, path: ['namespaces', name, 'delete'], body: { kind: act.kind } },
        () => `${name}: deleted, its name is nobody's`,
      ];
    case 'renamed':
      return [
        { method, path: ['namespaces', name, 'rename'], body: { kind: act.kind, to: act.name } },
        () => `${name}: renamed ${act.name}`,
      ];
    case 'repo-deleted':
      return [{ method, path: ['replay'], body: act }, (repo) => `${repo}: repository deleted`];
    case 'repo-moved':
      return [{ method, path: ['replay'], body: act }, (repo) => `${repo}: repository moved there`];
    case 'account-created':
      return [{ method, path: ['replay'], body: act }, (account) => `${account}: the name is kept`];
  }
}
