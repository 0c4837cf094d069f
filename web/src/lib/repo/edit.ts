// Changes one file of a branch, as a form asks for. What somebody else wrote meanwhile is never written over unseen: a commit
// names the one that the form was made from, and where only other files changed since, it is repeated after those.
import { fail, type ActionFailure } from '@sveltejs/kit';
import { type Place } from '@holdfast/hub/surfaces/web/pages';
import { attempt, callOf, field, type PageEvent, type Refused } from '../call.ts';
import { presentCommit, type ShownCommit } from './commits.ts';

/** What becomes of a file. */
export interface Edit {
  readonly place: Place;
  readonly path: string;
  /** Its text from now on; absent where it goes. */
  readonly text: string | undefined;
  /** What is said of it where nobody typed anything. */
  readonly usual: string;
}

/** What a form hears when somebody else was first. */
interface Overtaken {
  /** The commit that the file was changed in, and the one to go on from. */
  readonly overtaken: { readonly by: ShownCommit | undefined; readonly parent: string };
  readonly values: Readonly<Record<string, string>>;
}

/** Commits that may come between before somebody is asked to try again. */
const MOST_TRIES = 5;

/** Commits the edit. Nothing is given back when it is done. */
export async function commitEdit(
  event: PageEvent,
  edit: Edit,
): Promise<undefined | ActionFailure<Refused | Overtaken>> {
  const { form } = callOf(event);
  const values = Object.fromEntries(
    ['name', 'text', 'summary', 'parent'].map((name) => [name, field(form, name)]),
  );
  let parent = field(form, 'parent');
  for (let tries = 1; ; tries += 1) {
    const outcome = await attempt(event, () => commitOnce(event, edit, parent), values);
    if (outcome?.data.problem?.code !== 'commit.stale') return outcome;
    const head = await headOf(event, edit.place);
    if (tries < MOST_TRIES && (await isSame(event, edit, [parent, head]))) parent = head;
    else return fail(409, { overtaken: { by: await lastChange(event, edit, head), parent: head }, values });
  }
}

async function commitOnce(
  event: PageEvent,
  { place, path, text, usual }: Edit,
  parentCommit: string,
): Promise<undefined> {
  const { hub, who, form } = callOf(event);
  await using draft = hub.commits.openDraft(await who());
  if (text === undefined) draft.addDeletion(path, 'file');
  else await draft.addFile(path, [Buffer.from(text)]);
  const summary = field(form, 'summary').trim() || usual;
  const wish = { revision: place.revision, summary, description: '', parentCommit, draft };
  await hub.commits.commit(who, place.repo, wish);
}

async function headOf(event: PageEvent, { repo, revision }: Place): Promise<string> {
  return await callOf(event).hub.content.resolveRevision(repo, revision);
}

/** Whether the file is the same at both commits, or at neither. */
async function isSame(event: PageEvent, { place, path }: Edit, commits: readonly string[]): Promise<boolean> {
  const [before, after] = await Promise.all(commits.map((commit) => findAt(event, place, { commit, path })));
  return before?.oid === after?.oid;
}

/** The file at a commit of the repository. */
export async function findAt(
  event: PageEvent,
  { repo }: Pick<Place, 'repo'>,
  at: { readonly commit: string; readonly path: string },
) {
  if (at.path === '') return undefined;
  return await callOf(event).hub.content.findVisited({
    ...{ repo, commit: at.commit as Place['commit'], path: at.path as Place['path'] },
  });
}

async function lastChange(
  event: PageEvent,
  { place, path }: Edit,
  head: string,
): Promise<ShownCommit | undefined> {
  const at = { ...place, commit: head as Place['commit'] };
  const [item] = await callOf(event).hub.content.pathsInfo(at, [path], true);
  return item?.lastCommit && presentCommit(item.lastCommit);
}
