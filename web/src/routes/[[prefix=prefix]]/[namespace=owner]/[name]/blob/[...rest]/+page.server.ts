// One file: as text where it is one, else as what the reader's browser makes of it.
import { redirect, type ServerLoadEvent } from '@sveltejs/kit';
import { type Place } from '@holdfast/hub/surfaces/web/pages';
import { callOf, show } from '../../../../../../lib/call.ts';
import { encodePath } from '../../../../../../lib/repo/address.ts';
import { presentCommit } from '../../../../../../lib/repo/commits.ts';
import { isEditable } from '../../../../../../lib/repo/edited-text.ts';
import { isMarkdown, languageOfFile, pictureKind } from '../../../../../../lib/repo/language-of.ts';
import { openPlace, restOf, presentHead } from '../../../../../../lib/repo/open.ts';
import { viewFormOf, type ViewForm } from '../../../../../../lib/repo/view-of.ts';
import { type ProsePlace } from '../../../../../../lib/prose/addresses.ts';
import { keptProse } from '../../../../../../lib/repo/kept-prose.ts';

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
  const shown = shownAs(event, { path: place.path, text, size: file.size });
  const download = `${repo.path}/download/${at}`;
  if (shown.kind === 'view') callOf(event).allow({ ask: `${repo.path}/download/` });
  if (shown.kind === 'sound') callOf(event).allow({ sound: `${repo.path}/download/` });
  return {
    ...{ repo, revision: place.revision, file: place.path, download, shown },
    tree: `${repo.path}/tree/${encodeURIComponent(place.revision)}`,
    // Of one commit, so that parts that are read one after the other are of one file.
    bytes: `${repo.path}/download/${place.commit}/${encodePath(place.path)}`,
    place: placeOf(place, repo.path),
    change: repo.writes && !/^[0-9a-f]{40}$/.test(place.revision) ? at : undefined,
    editable: isEditable(text),
    size: file.size,
    sha256: file.lfs?.sha256,
    last: item?.lastCommit && presentCommit(item.lastCommit),
    tooLarge: file.lfs === undefined && file.size > MOST_BYTES,
    prose:
      shown.kind === 'prose'
        ? proseOf(event, { place, text: text ?? '', path: repo.path, oid: file.oid })
        : undefined,
    text: shown.kind === 'text' ? text : undefined,
    code: languageOfFile(place.path),
  };
}

/** How a file is shown, and under which word of the address it is shown in another way. */
interface Shown {
  readonly kind: 'text' | 'prose' | 'view' | 'picture' | 'sound' | 'none';
  readonly form?: ViewForm;
  readonly other?: 'plain' | 'table' | '';
}

function shownAs(
  { url }: ServerLoadEvent,
  { path, text, size }: { readonly path: string; readonly text: string | undefined; readonly size: number },
): Shown {
  const plain = url.searchParams.has('plain');
  const form = size === 0 ? undefined : viewFormOf(path);
  if (text === undefined)
    return form === undefined ? { kind: pictureKind(path) ?? 'none' } : { kind: 'view', form };
  if (isMarkdown(path)) return plain ? { kind: 'text', other: '' } : { kind: 'prose', other: 'plain' };
  if (form === undefined) return { kind: 'text' };
  // Most JSON is no table.
  if (form === 'json')
    return url.searchParams.has('table')
      ? { kind: 'view', form, other: '' }
      : { kind: 'text', other: 'table' };
  return plain ? { kind: 'text', other: '' } : { kind: 'view', form, other: 'plain' };
}

function placeOf(place: Place, repo: string): ProsePlace {
  const folder = place.path.slice(0, place.path.lastIndexOf('/') + 1);
  return { repo, revision: encodeURIComponent(place.revision), folder: encodePath(folder) };
}

function proseOf(
  event: ServerLoadEvent,
  of: { readonly place: Place; readonly text: string; readonly path: string; readonly oid: string },
) {
  const { place, text, path, oid } = of;
  const read = () => callOf(event).hub.bodyOf(text, place.repo.type);
  return keptProse(event, { oid, place: placeOf(place, path) }, read);
}
