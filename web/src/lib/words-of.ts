// The language and the words of a page, for its own server side.
import { callOf, type PageEvent } from './call.ts';
import { LANGUAGES, languageFor, type Language } from './words/words.ts';

/** What is read of an event. */
type Reader = Pick<PageEvent, 'platform' | 'request'>;

/** The language that a page speaks. */
export function languageOf(event: Reader): Language {
  return languageFor(callOf(event).findNote('language'), event.request.headers.get('accept-language'));
}

/** The words in that language. */
export function wordsOf(event: Reader) {
  return LANGUAGES[languageOf(event)];
}
