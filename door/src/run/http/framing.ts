// Where the body of a message ends (RFC 9112, 6.3). Pure. One way to say it, or none; two ways are an attack.
import { valuesOf, type AnswerHead, type Field, type RequestHead } from './head.ts';

/** How long a body is: nothing, so many bytes, chunks, or until the connection ends. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-end' };

const LENGTH = /^\d{1,15}$/;

/** Fields that frame a body: each side of the door writes its own. */
export const FRAMING_FIELDS: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);

/** The framing of a request; `undefined` for one that nobody may be sent. */
export function framingOfRequest({ fields }: RequestHead): Framing | undefined {
  return framingOf(fields) ?? undefined;
}

/** The framing of an answer; `undefined` for one that cannot be believed. */
export function framingOfAnswer({ status, fields }: AnswerHead, method: string): Framing | undefined {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { kind: 'none' };
  const framing = framingOf(fields);
  return framing?.kind === 'none' ? { kind: 'until-end' } : framing;
}

function framingOf(fields: readonly Field[]): Framing | undefined {
  const lengths = valuesOf(fields, 'content-length');
  const codings = valuesOf(fields, 'transfer-encoding');
  const [length] = lengths;
  if (codings.length > 0) {
    const chunked = codings.length === 1 && codings[0]?.toLowerCase() === 'chunked';
    return chunked && length === undefined ? { kind: 'chunked' } : undefined;
  }
  if (length === undefined) return { kind: 'none' };
  return lengths.length === 1 && LENGTH.test(length) ? { kind: 'length', length: Number(length) } : undefined;
}

/** The line by which this framing is told to the next one; an answer without an end of its own is given chunks. */
export function framingLine(framing: Framing): string {
  if (framing.kind === 'length') return `Content-Length: ${framing.length}\r\n`;
  return framing.kind === 'none' ? '' : 'Transfer-Encoding: chunked\r\n';
}
