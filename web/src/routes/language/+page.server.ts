// The choice of a language: kept in the browser, and for who is signed in as the one in which they get mail.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, field } from '../../lib/call.ts';
import { localPath } from '../../lib/local-path.ts';
import { parseLanguage } from '../../lib/words/words.ts';

export function load(_event: ServerLoadEvent) {
  redirect(303, '/');
}

export const actions = {
  default: async (event: RequestEvent) => {
    const call = callOf(event);
    const { form, visit } = call;
    const language = parseLanguage(field(form, 'language'));
    if (language !== undefined) {
      call.keepNote('language', language);
      if (visit !== undefined) await call.hub.languages.choose(visit.actor, language);
    }
    redirect(303, localPath(field(form, 'back'), '/'));
  },
};
