// Deletes a file, once somebody has said so a second time. It stays in the history.
import { error, redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { encodePath } from '../../../../../../lib/repo/address.ts';
import { commitEdit, findAt } from '../../../../../../lib/repo/edit.ts';
import { folderOf } from '../../../../../../lib/repo/edited-text.ts';
import { openWritable } from '../../../../../../lib/repo/writable.ts';
import { wordsOf } from '../../../../../../lib/words-of.ts';

export async function load(event: ServerLoadEvent) {
  const { place, repo, blob, tree } = await openWritable(event);
  if ((await findAt(event, place, place)) === undefined) error(404, 'Not Found', { code: 'entry.missing' });
  return { ...{ repo, blob, tree }, file: place.path, revision: place.revision, parent: place.commit };
}

export const actions = {
  default: async (event: RequestEvent) => {
    const { place, tree } = await openWritable(event);
    const usual = wordsOf(event).edit.usual.deleted.replace('{file}', place.path);
    const outcome = await commitEdit(event, { place, path: place.path, text: undefined, usual });
    const folder = folderOf(place.path);
    if (outcome === undefined) redirect(303, folder === '' ? tree : `${tree}/${encodePath(folder)}`);
    return outcome;
  },
};
