// Answers of the door itself, in words for who reads them. Pure.
import { STATUS_CODES } from 'node:http';
import { valuesOf, type RequestHead } from './http/head.ts';
import type { Failure } from './http/policy.ts';

interface Text {
  readonly status: number;
  readonly body: string;
  readonly type: string;
}

// No page of ours is kept, framed by a type it has not, or lets anything run.
function write({ status, body, type }: Text): string {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${type}; charset=utf-8`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'",
    'Connection: close',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

const WORDS: Readonly<Record<Failure, string>> = {
  400: 'This request could not be read in one way only, and was not passed on.',
  408: 'The request did not arrive in time. Send it again.',
  431: 'The request has a head that is too long. Cookies of this site may be the reason.',
  502: 'The app of this Space did not answer. It may be starting, or it has ended. Try again in a moment; its log says more.',
  504: 'The app of this Space took too long to answer. Try again later; its log says more.',
};

/** Tells a visitor why there is no answer of the app: a browser by a page, a program by JSON. */
export function tellVisitor(status: number, why: string, head?: RequestHead): string {
  const page = valuesOf(head?.fields ?? [], 'accept').some((value) => value.includes('text/html'));
  if (!page) return write({ status, type: 'application/json', body: JSON.stringify({ error: why }) });
  const body = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${STATUS_CODES[status] ?? 'Error'}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem}</style>
<h1>${STATUS_CODES[status] ?? 'Error'}</h1><p>${escape(why)}</p>
`;
  return write({ status, type: 'text/html', body });
}

/** What a visitor is told of a failure. */
export function tellFailure(failure: Failure, head?: RequestHead): string {
  return tellVisitor(failure, WORDS[failure], head);
}

/** Tells an app why it does not reach what it wants. Programs show this in their errors. */
export function tellApp(status: number, why: string): string {
  return write({ status, type: 'text/plain', body: `holdfast: ${why}\n` });
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
