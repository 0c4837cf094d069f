// The way to the issuer: a link, because a form must not lead to another site. Who signs on by it is who they were before; joining begins with
// a form, at the page that says what one joins.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { leadToIssuer } from '../../../lib/sign-on.ts';
import { localPath } from '../../../lib/local-path.ts';

export async function load(event: ServerLoadEvent) {
  const to = localPath(event.url.searchParams.get('to'));
  return await leadToIssuer(event, (hub, at) => hub.begin({ kind: 'sign-in' }, at), { to, from: '/sign-in' });
}
