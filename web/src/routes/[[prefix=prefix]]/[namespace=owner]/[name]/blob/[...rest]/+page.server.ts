// One file: as text where it is one, else as what the browser itself can show.
import { redirect, type ServerLoadEvent } from '@sveltejs/kit';
import { type Place } from '@holdfast/hub/surfaces/web/pages';
import { callOf, show } from '../../../../../../lib/call.ts';
import { encodePath } from '../../../../../../lib/repo/address.ts';
import { presentCommit } from '../../../../../../lib/repo/commits.ts';
import { isMarkdown, languageOfFile, pictureKind } from '../../../../../../lib/repo/language-of.ts';
import { openPlace, restOf, presentHead } from '../../../../../../lib/repo/open.ts';
import { renderProse } from '../../../../../../lib/prose/prose.ts';

const MOST_BYTES = 512 * 1024;

export async function load(event: ServerLoadEvent) {
  const { hub } = callOf(event);
  const place = await openPlace(event, restOf(event));
  const repo = presentHead(event, place.repo);
  const at = `${encodeURIComponent(place.revision)}/${encodePath(place.path)}`;
  const opened = await show(event, () => hub.texts.find(place, MOST_BYTES));
  if (opened === undefined) {
    await show(event, () => hub.content.listTree(place, { recursive: false, expand: false, limit: 1 }));
    redirect(302, `${repo.path}/tree/${at}`);
  }
  const { file, text } = opened;
  const [item] = await show(event, () => hub.content.pathsInfo(place, [place.path], true));
  const plain = event.url.searchParams.has('plain');
  const markdown = text !== undefined && isMarkdown(place.path);
  return {
    ...{ repo, revision: place.revision, file: place.path, markdown, plain },
    tree: `${repo.path}/tree/${encodeURIComponent(place.revision)}`,
    download: `${repo.path}/download/${at}`,
    size: file.size,
    sha256: file.lfs?.sha256,
    last: item?.lastCommit && presentCommit(item.lastCommit),
    kind: text === undefined ? pictureKind(place.path) : undefined,
    tooLarge: text === undefined && file.lfs === undefined && file.size > MOST_BYTES,
    prose: markdown && !plain ? proseOf(event, { place, text, path: repo.path }) : undefined,
    text: markdown && !plain ? undefined : text,
    code: languageOfFile(place.path),
  };
}

function proseOf(
  event: ServerLoadEvent,
  { place, text, path }: { readonly place: Place; readonly text: string; readonly path: string },
) {
  const folder = place.path.slice(0, place.path.lastIndexOf('/') + 1);
  const at = { repo: path, revision: encodeURIComponent(place.revision), folder: encodePath(folder) };
  return renderProse(callOf(event).hub.bodyOf(text, place.repo.type), at);
}
