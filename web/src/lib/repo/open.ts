// Opens the repository that a page is of, for who looks at it: as the API does, through the same module.
import { redirect } from '@sveltejs/kit';
import { type Place, type Repo, type RepoType } from '@holdfast/hub/surfaces/web/pages';
import { callOf, show, type PageEvent } from '../call.ts';
import { repoPath, typeOfPrefix } from './address.ts';
import { presentRepo, type ShownRepo } from './present.ts';
import { languageOf } from '../words-of.ts';

/** An event of a page of a repository. */
export interface RepoEvent extends PageEvent {
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** A repository by type and name. */
interface Address {
  readonly type: RepoType;
  readonly namespace: string;
  readonly name: string;
}

/** Which repository the address names. */
export function addressOf({ params }: Pick<RepoEvent, 'params'>): Address {
  const { prefix, namespace = '', name = '' } = params;
  return { type: typeOfPrefix(prefix), namespace, name };
}

/** What the address says behind the repository and one more word, as it was sent: an encoded slash belongs to a branch. */
export function restOf({ url, params }: RepoEvent): string {
  return url.pathname
    .split('/')
    .slice(params['prefix'] === undefined ? 4 : 5)
    .join('/');
}

/** The repository, for who may know of it. */
export async function openRepo(event: RepoEvent): Promise<Repo> {
  const { hub, actor } = callOf(event);
  return await moving(event, () => show(event, () => hub.repos.get(actor, addressOf(event), 'discover')));
}

/** A place in the repository, for who may read it: a revision and a path, both encoded. */
export async function openPlace(event: RepoEvent, raw: string): Promise<Place> {
  const { hub, actor, address } = callOf(event);
  const visit = () => hub.content.visit({ actor, address }, addressOf(event), raw);
  return await moving(event, () => show(event, visit));
}

/** What every page of a repository shows of it. */
export type HeadedRepo = ShownRepo & {
  /** Whether who looks at it is offered its settings. */
  readonly administers: boolean;
  /** Whether who looks at it may change what is in it. */
  readonly writes: boolean;
};

/** The repository as the head of its pages shows it. */
export function presentHead(event: PageEvent, repo: Repo): HeadedRepo {
  const { hub, actor } = callOf(event);
  return {
    ...presentRepo(repo, languageOf(event)),
    administers: hub.repos.mayAdminister(actor, repo),
    writes: callOf(event).visit !== undefined && hub.repos.mayWrite(actor, repo),
  };
}

/** Whoever comes by an old name is sent to the new one, and to the same part of the repository. */
async function moving<Result>(event: RepoEvent, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    const to = callOf(event).movedTo(thrown);
    if (to === undefined) throw thrown;
    const [namespace = '', name = ''] = to.split('/');
    const { type } = addressOf(event);
    const rest = event.url.pathname.slice(repoPath(type, addressOf(event)).length);
    redirect(302, `${repoPath(type, { namespace, name })}${rest}${event.url.search}`);
  }
}
