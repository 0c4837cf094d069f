// The words of a page, for its own server side.
import { callOf, type PageEvent } from './call.ts';
import { LANGUAGES, languageFor } from './words/words.ts';

/** The words in the language that a page speaks. */
export function wordsOf(event: Pick<PageEvent, 'platform'> & { readonly request: Request }) {
  return LANGUAGES[
    languageFor(callOf(event).findNote('language'), event.request.headers.get('accept-language'))
  ];
}
