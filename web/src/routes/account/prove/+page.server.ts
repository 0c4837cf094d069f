// A fresh proof, for what outlasts a session.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit } from '../../../lib/call.ts';
import { siteOf } from '../../../lib/site.ts';
import { localPath } from '../../../lib/local-path.ts';
import { problemIn } from '../../../lib/sign-on.ts';
import { wordsOf } from '../../../lib/words-of.ts';

export async function load(event: ServerLoadEvent) {
  const { actor, account } = requireVisit(event);
  const call = callOf(event);
  const { hub } = call;
  const has = (await hub.passkeys.list(actor, account.id)).length > 0;
  const asked = has ? await hub.passkeys.ask(siteOf(event.url)) : undefined;
  if (asked !== undefined) call.keepNote('challenge', asked.note);
  return {
    needsCode: await hub.secondFactors.isNeeded(account.id),
    options: asked?.options,
    search: event.url.search,
    to: localPath(event.url.searchParams.get('to')),
    issuer: (await hub.singleSignOn?.isConnected(account.id)) === true ? hub.singleSignOn?.name : undefined,
    problem: problemIn(event.url, wordsOf(event).refusals),
  };
}

export const actions = {
  default: async (event: RequestEvent) => {
    const visit = requireVisit(event);
    const call = callOf(event);
    const shown = { password: field(call.form, 'password'), code: field(call.form, 'code') };
    const outcome = await attempt(event, async () => {
      call.keep(await call.hub.signIn.prove(visit, shown, call.browser));
      return undefined;
    });
    if (outcome === undefined) redirect(303, localPath(event.url.searchParams.get('to')));
    return outcome;
  },
};
