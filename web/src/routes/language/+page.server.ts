// The choice of a language, kept in the browser.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, field } from '../../lib/call.ts';
import { localPath } from '../../lib/local-path.ts';
import { parseLanguage } from '../../lib/words/words.ts';

export function load(_event: ServerLoadEvent) {
  redirect(303, '/');
}

export const actions = {
  default: async (event: RequestEvent) => {
    const form = callOf(event).form;
    const language = parseLanguage(field(form, 'language'));
    if (language !== undefined) callOf(event).keepNote('language', language);
    redirect(303, localPath(field(form, 'back'), '/'));
  },
};
