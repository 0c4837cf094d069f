// Opens the Space that a page is of, for who may write to it.
import { type Repo, type Visit } from '@holdfast/hub/surfaces/web/pages';
import { callOf, requireVisit, show } from '../call.ts';
import { addressOf, openRepo, type RepoEvent } from '../repo/open.ts';

/** The Space, and who is signed in. The hub asks for such pages of Spaces alone. */
export async function openOwnSpace(
  event: RepoEvent,
): Promise<{ readonly repo: Repo; readonly visit: Visit }> {
  const visit = requireVisit(event);
  const repo = await openRepo(event);
  // Whoever may know of it and not change it hears so in the words of the API.
  await show(event, () => callOf(event).hub.repos.get(visit.actor, addressOf(event), 'write'));
  return { repo, visit };
}
