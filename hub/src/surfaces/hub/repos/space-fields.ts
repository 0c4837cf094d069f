// Where a Space is and how it is, for info and lists of repositories.
import { type z } from 'zod';
import { isFault } from '@holdfast/kernel/fault';
import { type Actor } from '#modules/access';
import { type Repo } from '#modules/repos';
import { originOf } from '../../spaces/space-address.ts';
import { presentRuntime } from '../spaces/present.ts';
import { type RuntimeDeps } from '../spaces/runtime.ts';
import { type RepoInfo } from './info.ts';

/** What only a Space has. */
export type SpaceFields = Pick<z.input<typeof RepoInfo>, 'subdomain' | 'host' | 'runtime'>;

const NAMES: readonly string[] = ['subdomain', 'host', 'runtime'] satisfies (keyof SpaceFields)[];

/** Whether one of them is asked for. */
export function asksForSpace(fields: readonly string[]): boolean {
  return fields.some((field) => NAMES.includes(field));
}

/** How many Spaces of a page are asked how they are: each is asked of the database. */
export const MOST_SPACES = 100;

/** They; none of a Space that is gone by now. */
export async function spaceFieldsOf(
  deps: RuntimeDeps,
  { actor, baseUrl }: { readonly actor: Actor; readonly baseUrl: string },
  repo: Pick<Repo, 'namespace' | 'name'>,
): Promise<SpaceFields> {
  const at = { spacesHost: deps.spacesHost, baseUrl };
  try {
    const runtime = await deps.spaces.runtime(actor, repo);
    const { label } = runtime;
    return { subdomain: label, host: originOf(label, at), runtime: presentRuntime(runtime, at) };
  } catch (error) {
    if (isFault(error)) return {};
    throw error;
  }
}
