// Changes the text of a file, and says of the commit what it does.
import { error, redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, field, show } from '../../../../../../lib/call.ts';
import { commitEdit } from '../../../../../../lib/repo/edit.ts';
import { isEditable, MOST_EDITED, textFromForm } from '../../../../../../lib/repo/edited-text.ts';
import { openWritable } from '../../../../../../lib/repo/writable.ts';
import { wordsOf } from '../../../../../../lib/words-of.ts';

export async function load(event: ServerLoadEvent) {
  const { place, repo, blob, tree } = await openWritable(event);
  const opened = await show(event, () => callOf(event).hub.texts.find(place, MOST_EDITED));
  if (opened === undefined) error(404, 'Not Found', { code: 'entry.missing' });
  const { text } = opened;
  if (!isEditable(text)) error(400, 'Only small texts are edited here.', { code: 'page.no-small-text' });
  return { ...{ repo, blob, tree, text }, file: place.path, revision: place.revision, parent: place.commit };
}

export const actions = {
  default: async (event: RequestEvent) => {
    const { place, blob } = await openWritable(event);
    const before = await show(event, () => callOf(event).hub.texts.find(place, MOST_EDITED));
    const text = textFromForm(field(callOf(event).form, 'text'), before);
    const usual = wordsOf(event).edit.usual.changed.replace('{file}', place.path);
    const outcome = await commitEdit(event, { place, path: place.path, text, usual });
    if (outcome === undefined) redirect(303, blob);
    return outcome;
  },
};
