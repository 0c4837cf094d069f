// The job that follows from a repository's deletion.
import { parseId } from '@holdfast/kernel/id';
import { type Repo } from './model.ts';

/** The queue task that removes the content of a deleted repository. */
export const ERASE_TASK = 'repos:erase';

/** The repository that an erase job names. Throws a `TypeError` for anything but what `delete` queues. */
export function parseErase(payload: unknown): Repo['id'] {
  const id = parseId(String((payload as { repo?: unknown } | null)?.repo));
  if (id === undefined) throw new TypeError('an erase job names no repository');
  return id;
}
