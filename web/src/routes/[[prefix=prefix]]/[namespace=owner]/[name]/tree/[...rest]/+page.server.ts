// The files of a revision, a folder at a time.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { type Place } from '@holdfast/hub/surfaces/web/pages';
import { callOf, show } from '../../../../../../lib/call.ts';
import { encodePath } from '../../../../../../lib/repo/address.ts';
import { presentCommit, presentRefs } from '../../../../../../lib/repo/commits.ts';
import { openPlace, restOf, presentHead, type HeadedRepo } from '../../../../../../lib/repo/open.ts';

/** Each line names the commit that changed it last, which takes a while to find. */
const LIMIT = 100;
const MOST_REFS = 100;

export async function load(event: ServerLoadEvent) {
  const { hub } = callOf(event);
  const asked = await openPlace(event, restOf(event) || 'main');
  const cursor = event.url.searchParams.get('cursor') ?? undefined;
  const { visit, after } = await show(event, () => hub.content.goOn(asked, cursor));
  const wish = { recursive: false, expand: true, limit: LIMIT, after };
  const [page, refs, { commits, total }] = await show(event, () =>
    Promise.all([
      hub.content.listTree(visit, wish),
      hub.history.listRefs(visit),
      hub.history.listCommits(visit, { skip: 0, limit: 1 }),
    ]),
  );
  const repo = presentHead(event, visit.repo);
  const revision = encodeURIComponent(visit.revision);
  return {
    repo,
    revision: visit.revision,
    folder: visit.path,
    tree: `${repo.path}/tree/${revision}`,
    history: `${repo.path}/commits/${revision}`,
    refs: presentRefs(refs).slice(0, MOST_REFS),
    last: commits.map(presentCommit)[0],
    total,
    change: changeOf(repo, visit, refs),
    next: page.next,
    items: foldersFirst(page.items, cursor === undefined && page.next === undefined).map((item) => ({
      folder: item.kind === 'folder',
      name: item.path.slice(item.path.lastIndexOf('/') + 1),
      href: `${repo.path}/${item.kind === 'folder' ? 'tree' : 'blob'}/${revision}/${encodePath(item.path)}`,
      download: `${repo.path}/download/${revision}/${encodePath(item.path)}`,
      size: item.kind === 'file' ? item.size : undefined,
      large: item.kind === 'file' && item.lfs !== undefined,
      last: item.lastCommit && presentCommit(item.lastCommit),
    })),
  };
}

/** Where files of this folder are made and uploaded, for who may; only a branch can be written to. */
function changeOf(repo: HeadedRepo, { revision, path }: Place, refs: Parameters<typeof presentRefs>[0]) {
  const isBranch = presentRefs(refs).some(({ kind, name }) => kind === 'branch' && name === revision);
  if (!repo.writes || !isBranch) return undefined;
  const at = `${encodeURIComponent(revision)}${path === '' ? '' : `/${encodePath(path)}`}`;
  return { make: `${repo.path}/new/${at}`, upload: `${repo.path}/upload/${at}` };
}

/** Folders before files, where all of them are here: from page to page they come in git's order. */
function foldersFirst<Item extends { readonly kind: string }>(
  items: readonly Item[],
  whole: boolean,
): readonly Item[] {
  const is = (item: Item): boolean => item.kind === 'folder';
  return whole ? [...items.filter(is), ...items.filter((item) => !is(item))] : items;
}
