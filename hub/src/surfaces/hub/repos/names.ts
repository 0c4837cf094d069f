// How repository ids and URLs are spelt on this surface.
import { z } from 'zod';
import { Fault, isFault } from '@holdfast/kernel/fault';
import { type RepoType } from '#modules/access';
import { fullName, type RepoAddress, type RepoName } from '#modules/repos';
import { apiPrefix, filePrefix } from '../../route/route.ts';

/** Path parameters of a repository. */
export const RepoParams = z.object({ namespace: z.string(), name: z.string() });

/** The repository that a call names. */
export function addressOf(call: { readonly repoType: RepoType; readonly params: RepoName }): RepoAddress {
  return { type: call.repoType, namespace: call.params.namespace, name: call.params.name };
}

/** Where a repository is for a browser: clients read its id back out of it. */
export function repoUrl(baseUrl: string, type: RepoType, name: RepoName): string {
  return `${baseUrl}${filePrefix(type)}/${fullName(name)}`;
}

/** Where a repository is for a program. */
export function apiUrl(baseUrl: string, type: RepoType, name: RepoName): string {
  return `${baseUrl}/api/${apiPrefix(type)}/${fullName(name)}`;
}

/** An id in a body: `namespace/name`, or a bare name in the caller's own namespace. */
export function parseRepoId(id: string, own: string): RepoName {
  const slash = id.indexOf('/');
  return slash === -1
    ? { namespace: own, name: id }
    : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** Does the work; where a repository is in its way, the refusal says at which `url`, which clients take as an answer. */
export async function tellingWhere<T>(baseUrl: string, type: RepoType, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isFault(error, 'repo.exists') && !isFault(error, 'repo.name-redirects')) throw error;
    if (typeof error.details['id'] !== 'string') throw error;
    const url = `${baseUrl}${filePrefix(type)}/${error.details['id']}`;
    throw new Fault(error.kind, error.code, error.message, { details: { url }, cause: error });
  }
}
