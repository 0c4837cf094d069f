// Makes a file with a text in a folder of a branch. What is there already is never written over.
import { fail, redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, field } from '../../../../../../lib/call.ts';
import { encodePath } from '../../../../../../lib/repo/address.ts';
import { commitEdit, findAt } from '../../../../../../lib/repo/edit.ts';
import { pathWithin, textFromForm } from '../../../../../../lib/repo/edited-text.ts';
import { openWritable } from '../../../../../../lib/repo/writable.ts';
import { wordsOf } from '../../../../../../lib/words-of.ts';

export async function load(event: ServerLoadEvent) {
  const { place, repo, tree } = await openWritable(event);
  const back = place.path === '' ? tree : `${tree}/${encodePath(place.path)}`;
  return { ...{ repo, tree, back }, folder: place.path, revision: place.revision, parent: place.commit };
}

export const actions = {
  default: async (event: RequestEvent) => {
    const { place, repo } = await openWritable(event);
    const { form } = callOf(event);
    const path = pathWithin(place.path, field(form, 'name'));
    const values = { name: field(form, 'name'), text: field(form, 'text'), summary: field(form, 'summary') };
    if ((await findAt(event, place, { commit: place.commit, path })) !== undefined)
      return fail(409, { exists: true, values });
    const usual = wordsOf(event).edit.usual.made.replace('{file}', path);
    const outcome = await commitEdit(event, {
      place,
      path,
      text: textFromForm(values.text, undefined),
      usual,
    });
    if (outcome === undefined)
      redirect(303, `${repo.path}/blob/${encodeURIComponent(place.revision)}/${encodePath(path)}`);
    return outcome;
  },
};
