// What holds for every page: its language, and that a bug is told with its request id alone.
import { type Handle, type HandleServerError } from '@sveltejs/kit/hooks';
import { callOf } from './lib/call.ts';
import { languageOf } from './lib/words-of.ts';

export const handle: Handle = async ({ event, resolve }) => {
  const language = languageOf(event);
  return await resolve(event, {
    transformPageChunk: ({ html }) => html.replace('%language%', language),
  });
};

export const handleError: HandleServerError = (caught) => {
  if (caught.kind !== 'unknown') return;
  return { requestId: callOf(caught.event).noteBug(caught.error) };
};
