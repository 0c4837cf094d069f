// One commit: what it says, and what it changed.
import { error, type ServerLoadEvent } from '@sveltejs/kit';
import { type FileChange } from '@holdfast/hub/surfaces/web/pages';
import { callOf, show } from '../../../../../../lib/call.ts';
import { encodePath } from '../../../../../../lib/repo/address.ts';
import { presentCommit } from '../../../../../../lib/repo/commits.ts';
import { diffLines, type Hunk } from '../../../../../../lib/repo/line-diff.ts';
import { openPlace, presentHead } from '../../../../../../lib/repo/open.ts';

export async function load(event: ServerLoadEvent) {
  const oid = event.params['commit'] ?? '';
  if (!/^[0-9a-f]{40}$/.test(oid)) error(404, 'Not Found');
  const place = await openPlace(event, oid);
  const { commit, files, more } = await show(event, () => callOf(event).hub.comparison.get(place));
  const repo = presentHead(event, place.repo);
  return {
    ...{ repo, more, commit: presentCommit(commit), parents: commit.parents },
    files: files.map((file) => presentChange(file, `${repo.path}/blob/${oid}`)),
  };
}

function presentChange({ path, before, after }: FileChange, blobs: string) {
  const why = [before, after].find(({ kind }) => kind !== 'text' && kind !== 'none')?.kind;
  const textOf = (side: typeof before): string => (side.kind === 'text' ? side.text : '');
  const hunks: Hunk[] = why === undefined ? diffLines(textOf(before), textOf(after)) : [];
  const lines = hunks.flat();
  return {
    ...{ path, why, hunks },
    kind: before.kind === 'none' ? 'added' : after.kind === 'none' ? 'deleted' : 'modified',
    href: after.kind === 'none' ? undefined : `${blobs}/${encodePath(path)}`,
    added: lines.filter(({ kind }) => kind === 'added').length,
    deleted: lines.filter(({ kind }) => kind === 'deleted').length,
  };
}
