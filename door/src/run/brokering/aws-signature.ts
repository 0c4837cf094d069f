// AWS Signature Version 4 in headers: what the app signed with its placeholder is checked, and signed again with the value. Pure.
// The check shows that the door reads the request as the app meant it, and whose secret it is. The value itself goes nowhere.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { unescape } from '@holdfast/kernel/brokering/spellings';
import { valuesOf, type RequestHead } from '../http/head.ts';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([A-Z0-9]{16,128})\/(\d{8})\/([a-z0-9-]{1,40})\/([a-z0-9.-]{1,40})\/aws4_request,[ ]?SignedHeaders=([a-z0-9;_-]{1,1000}),[ ]?Signature=([0-9a-f]{64})$/;
const SIGNATURE = 6;
const KNOWN_PAYLOAD = /^(?:[0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER)$/;
/** What a presigned URL says of its signature in its query. What is signed is the same there as in a header. */
const PRESIGNS =
  /^x-(?:amz|goog)-(?:algorithm|credential|date|expires|signedheaders|signature|security-token)$/;
const DATE = /^\d{8}T\d{6}Z$/;

/** What a request says about its signature. */
export interface SignedRequest {
  readonly accessKeyId: string;
  /** Date, region, service and the last word, with slashes. */
  readonly scope: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly at: string;
  /** The digest of the payload, or the word in its place; `undefined`: the payload must be read to know. */
  readonly payload: string | undefined;
}

/** Reads it; a text says why it is refused, and `undefined` that nothing is signed so. */
export function readSigned({ target, fields }: RequestHead): SignedRequest | string | undefined {
  const [authorization = ''] = valuesOf(fields, 'authorization');
  if (!/^AWS4-/i.test(authorization)) return undefined;
  const [, accessKeyId = '', day = '', region, service, signedHeaders = '', signature = ''] =
    AUTHORIZATION.exec(authorization) ?? [];
  if (signature === '') return 'only AWS4-HMAC-SHA256 in its usual form is signed';
  const [at = ''] = valuesOf(fields, 'x-amz-date');
  if (!DATE.test(at) || !at.startsWith(day)) return 'the request has no date of its own in X-Amz-Date';
  const [payload] = valuesOf(fields, 'x-amz-content-sha256');
  if (payload !== undefined && !KNOWN_PAYLOAD.test(payload))
    return 'a payload whose chunks are signed is not passed on: let the client sign it whole, or not at all';
  if (!signedHeaders.split(';').includes('host')) return 'the signature does not name the host';
  // A host refuses a request that has both, and repeats the signature, which then opens the same address to anybody for a week.
  if (isPresigned(target)) return 'the query says of a signature what its header says';
  const scope = `${day}/${region}/${service}/aws4_request`;
  return { accessKeyId, scope, signedHeaders, signature, at, payload };
}

function isPresigned(target: string): boolean {
  const query = target.indexOf('?');
  return (
    query >= 0 &&
    target
      .slice(query + 1)
      .split(/[&;]/)
      .some((pair) => PRESIGNS.test(unescape(pair.split('=', 1).join('')).trim().toLowerCase()))
  );
}

/** Names of the fields that are signed. */
export function namesSigned({ signedHeaders }: SignedRequest): ReadonlySet<string> {
  return new Set(signedHeaders.split(';'));
}

/** The signature that stands in a head. */
export function signatureIn({ fields }: RequestHead): string {
  const [authorization = ''] = valuesOf(fields, 'authorization');
  return AUTHORIZATION.exec(authorization)?.[SIGNATURE] ?? '';
}

/** Whether a request was signed with a key. `payload` is the digest where the request does not say it. */
export function isSignedWith(
  head: RequestHead,
  signed: SignedRequest,
  { key, payload }: { readonly key: Buffer; readonly payload: string },
): boolean {
  const made = signatureOf(head, signed, { key, payload });
  return timingSafeEqual(Buffer.from(made), Buffer.from(signed.signature));
}

/** The request with a signature by another key. */
export function signAgain(
  head: RequestHead,
  signed: SignedRequest,
  { key, payload }: { readonly key: Buffer; readonly payload: string },
): RequestHead {
  const signature = signatureOf(head, signed, { key, payload });
  const { accessKeyId, scope, signedHeaders } = signed;
  const value = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return {
    ...head,
    fields: head.fields.map((field) => (field.name === 'authorization' ? { ...field, value } : field)),
  };
}

/** The digest of a payload. */
export function digestOfPayload(payload: Buffer): string {
  return createHash('sha256').update(payload).digest('hex');
}

function signatureOf(
  head: RequestHead,
  signed: SignedRequest,
  { key, payload }: { readonly key: Buffer; readonly payload: string },
): string {
  const canonical = digestOfPayload(Buffer.from(canonicalOf(head, signed, payload), 'latin1'));
  const text = `AWS4-HMAC-SHA256\n${signed.at}\n${signed.scope}\n${canonical}`;
  let made = Buffer.concat([Buffer.from('AWS4'), key]);
  for (const part of signed.scope.split('/')) {
    const next = createHmac('sha256', made).update(part).digest();
    made.fill(0);
    made = next;
  }
  const signature = createHmac('sha256', made).update(text).digest('hex');
  made.fill(0);
  return signature;
}

function canonicalOf(
  { method, target, fields }: RequestHead,
  signed: SignedRequest,
  payload: string,
): string {
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  const names = signed.signedHeaders.split(';');
  const headers = names.map((name) => {
    const values = valuesOf(fields, name).map((value) => value.replaceAll(/ +/g, ' '));
    return `${name}:${values.join(',')}\n`;
  });
  return [
    method,
    // Of S3 paths are signed as they are, of all others once more encoded.
    signed.scope.split('/')[2] === 's3' ? path : path.split('/').map(encode).join('/'),
    query < 0 ? '' : canonicalQuery(target.slice(query + 1)),
    headers.join(''),
    signed.signedHeaders,
    payload,
  ].join('\n');
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...rest] = pair.split('=');
      return [encode(decode(name)), encode(decode(rest.join('=')))] as const;
    })
    .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function decode(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}

function encode(text: string): string {
  return text.replaceAll(
    /[^A-Za-z0-9._~-]/g,
    (character) => `%${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
