// The way to the issuer: a link, because a form must not lead to another site.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { leadToIssuer } from '../../../lib/sign-on.ts';
import { localPath } from '../../../lib/local-path.ts';

export async function load(event: ServerLoadEvent) {
  const { searchParams } = event.url;
  const invitation = searchParams.get('invitation');
  const purpose =
    invitation === null ? ({ kind: 'sign-in' } as const) : ({ kind: 'join', invitation } as const);
  const to = localPath(searchParams.get('to'));
  return await leadToIssuer(event, (hub, at) => hub.begin(purpose, at), { to, from: '/sign-in' });
}
