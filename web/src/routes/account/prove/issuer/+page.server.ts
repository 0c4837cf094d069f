// A fresh proof by single sign-on: the issuer asks anew.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { requireVisit } from '../../../../lib/call.ts';
import { leadToIssuer } from '../../../../lib/sign-on.ts';
import { localPath } from '../../../../lib/local-path.ts';

export async function load(event: ServerLoadEvent) {
  const { account, session } = requireVisit(event);
  const purpose = { kind: 'prove', userId: account.id, sessionId: session.id } as const;
  const to = localPath(event.url.searchParams.get('to'));
  return await leadToIssuer(event, (hub, at) => hub.begin(purpose, at), { to, from: '/account/prove' });
}
