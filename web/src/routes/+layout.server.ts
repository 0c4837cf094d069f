// What every page shows: its words, who is signed in, and where it is.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, pathOf } from '../lib/call.ts';
import { type Visit } from '@holdfast/hub/surfaces/web/pages';
import { LANGUAGES, languageFor } from '../lib/words/words.ts';

// Pages are complete as they come, and run no script.
export const csr = false;

// What is offered; who may is decided by the hub.
function mayInvite({ account, memberships }: Visit): boolean {
  return account.administrator || memberships.some(({ role }) => role === 'admin');
}

export function load(event: ServerLoadEvent) {
  const call = callOf(event);
  const language = languageFor(call.findNote('language'), event.request.headers.get('accept-language'));
  return {
    language,
    words: LANGUAGES[language],
    user:
      call.visit === undefined
        ? undefined
        : { name: call.visit.account.name, invites: mayInvite(call.visit) },
    path: event.url.pathname,
    here: pathOf(event.url),
  };
}
