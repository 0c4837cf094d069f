// Opens a place of a branch for who may change it.
import { error } from '@sveltejs/kit';
import { type Place } from '@holdfast/hub/surfaces/web/pages';
import { callOf, requireVisit, show } from '../call.ts';
import { encodePath } from './address.ts';
import { presentRefs } from './commits.ts';
import { addressOf, openPlace, presentHead, restOf, type HeadedRepo, type RepoEvent } from './open.ts';

/** A place that can be changed, and where its pages are. */
export interface Writable {
  readonly place: Place;
  readonly repo: HeadedRepo;
  /** The file or folder, and the top of the branch. */
  readonly blob: string;
  readonly tree: string;
}

/** The place that the address names. Who may not write, and what is no branch, is told so. */
export async function openWritable(event: RepoEvent): Promise<Writable> {
  requireVisit(event);
  const { hub, actor } = callOf(event);
  const place = await openPlace(event, restOf(event) || 'main');
  await show(event, () => hub.repos.get(actor, addressOf(event), 'write'));
  const refs = presentRefs(await show(event, () => hub.history.listRefs(place)));
  if (!refs.some(({ kind, name }) => kind === 'branch' && name === place.revision))
    error(400, 'Only branches can be written to.', { code: 'revision.not-a-branch' });
  const repo = presentHead(event, place.repo);
  const revision = encodeURIComponent(place.revision);
  return {
    ...{ place, repo },
    blob: `${repo.path}/blob/${revision}/${encodePath(place.path)}`,
    tree: `${repo.path}/tree/${revision}`,
  };
}
