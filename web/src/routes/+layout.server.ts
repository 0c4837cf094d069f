// What every page shows: its words, who is signed in, and where it is.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, pathOf } from '../lib/call.ts';
import { ownedBy } from '../lib/security/org.ts';
import { type Visit } from '@holdfast/hub/surfaces/web/pages';
import { LANGUAGES } from '../lib/words/words.ts';
import { languageOf } from '../lib/words-of.ts';

// Pages are complete as they come; what script adds to a few of them is in `lib/browser`.
export const csr = false;

// What is offered; who may is decided by the hub.
function mayInvite({ account, memberships }: Visit): boolean {
  return account.administrator || memberships.some(({ role }) => role === 'admin');
}

// Who administers the instance, and who administers an organisation: each sees their part.
function mayEnterCentre(visit: Visit): boolean {
  return visit.account.administrator || ownedBy(visit).length > 0;
}

export function load(event: ServerLoadEvent) {
  const call = callOf(event);
  const { visit, actor } = call;
  const language = languageOf(event);
  return {
    language,
    words: LANGUAGES[language],
    user:
      visit === undefined
        ? undefined
        : { name: visit.account.name, invites: mayInvite(visit), oversees: mayEnterCentre(visit) },
    // Whoever may read nothing is offered nothing to look for.
    reads: actor.kind !== 'anonymous' || actor.mayReadPublic,
    sought: event.url.pathname === '/search' ? (event.url.searchParams.get('q') ?? '') : '',
    path: event.url.pathname,
    here: pathOf(event.url),
  };
}
