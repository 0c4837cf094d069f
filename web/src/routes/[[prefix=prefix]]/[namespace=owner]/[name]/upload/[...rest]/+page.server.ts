// Uploads files into a folder of a branch. The reader's browser does it, by the ways that are named here.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf } from '../../../../../../lib/call.ts';
import { encodePath } from '../../../../../../lib/repo/address.ts';
import { openWritable } from '../../../../../../lib/repo/writable.ts';

export async function load(event: ServerLoadEvent) {
  const { place, repo, tree } = await openWritable(event);
  const revision = encodeURIComponent(place.revision);
  const send = `${repo.path}/send/`;
  callOf(event).allow({ ask: send });
  return {
    ...{ repo, tree, folder: place.path, revision: place.revision },
    back: place.path === '' ? tree : `${tree}/${encodePath(place.path)}`,
    send: { plan: `${send}plan/${revision}`, object: `${send}object/`, commit: `${send}commit/${revision}` },
  };
}
