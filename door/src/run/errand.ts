// What the outside sees of an app's request for plain HTTP, and the hub of what an app asks it. Pure.
import { RUN_PROOF_HEADER } from '@holdfast/kernel/run-proof';
import { parseDestination, proofFor, type Destination } from './destination.ts';
import type { DoorStart } from './frames.ts';
import { elementsOf, valuesOf, type AnswerHead, type RequestHead } from './http/head.ts';
import { HOP_FIELDS } from './visit.ts';

/** A request on its way out. */
export interface Errand {
  readonly destination: Destination;
  /** With the query, as a server reads it. */
  readonly path: string;
  readonly lines: string;
  readonly closes: boolean;
}

const ABSOLUTE = /^http:\/\/([^/?#@]+)([/?][^#]*)?$/i;
const HTTP_PORT = 80;
/**
 * An app speaks for itself, and for nobody else; for which run, its door says. Nor does it ask for one route where the door reads another:
 * some servers take the address of a request from such fields.
 */
const CLAIMS = /^(?:forwarded|x-real-ip|x-forwarded-.*|x-original-.*|x-rewrite-url|x-holdfast-.*)$/;

/** Whom a request is written for. */
export interface Addressee {
  readonly host: string;
  /** For the hub: for which run it comes. */
  readonly proof: string | undefined;
}

/** Reads a request for a proxy: to whom it goes, as its target says. `undefined` for one that is none. */
export function readErrand(head: RequestHead, start: Pick<DoorStart, 'hub'>): Errand | undefined {
  const [, authority, path = '/'] = ABSOLUTE.exec(head.target) ?? [];
  const destination = authority === undefined ? undefined : parseDestination(authority, HTTP_PORT);
  if (destination === undefined || valuesOf(head.fields, 'host').length > 1) return undefined;
  const asked = path.startsWith('/') ? path : `/${path}`;
  const to = { host: hostOf(destination), proof: proofFor(destination, start) };
  return { destination, path: asked, ...writeErrand(head, asked, to) };
}

/** Reads a request on a connection that leads to the hub alone. */
export function readHubErrand(
  head: RequestHead,
  destination: Destination,
  start: Pick<DoorStart, 'hub'>,
): Errand | undefined {
  const target = ABSOLUTE.exec(head.target)?.[2] ?? head.target;
  if (!target.startsWith('/') || valuesOf(head.fields, 'host').length > 1) return undefined;
  const to = { host: destination.host, proof: proofFor(destination, start) };
  return { destination, path: target, ...writeErrand(head, target, to) };
}

/** Whether a request asks to go on as a WebSocket. */
export function asksForWebSocket({ method, fields }: RequestHead): boolean {
  const named = elementsOf(fields, 'connection');
  return (
    method === 'GET' && named.includes('upgrade') && elementsOf(fields, 'upgrade').join() === 'websocket'
  );
}

/** The lines of a request; the host that was judged is the host that is asked: what the app wrote as `Host` is left out. */
export function writeErrand(
  head: RequestHead,
  path: string,
  { host, proof }: Addressee,
): { lines: string; closes: boolean } {
  const named = [...elementsOf(head.fields, 'connection'), ...elementsOf(head.fields, 'proxy-connection')];
  let lines = `${head.method} ${path} HTTP/1.1\r\nHost: ${host}\r\n`;
  for (const { name, written, value } of head.fields) {
    // Some servers take `_` and `-` for the same: `Transfer_Encoding` would frame the request otherwise than the door did.
    const dashed = name.includes('_') ? name.replaceAll('_', '-') : name;
    if (name === 'host' || HOP_FIELDS.has(dashed) || named.includes(name)) continue;
    if (!CLAIMS.test(dashed)) lines += `${written}: ${value}\r\n`;
  }
  if (proof !== undefined) lines += `${RUN_PROOF_HEADER}: ${proof}\r\n`;
  return { lines, closes: named.includes('close') };
}

function hostOf({ kind, host, port }: Destination): string {
  const written = kind === 'address' && host.includes(':') ? `[${host}]` : host;
  return port === HTTP_PORT ? written : `${written}:${port}`;
}

/** The head of an answer from outside, without framing and the empty line. */
export function presentErrand({ status, reason, fields }: AnswerHead): string {
  const named = elementsOf(fields, 'connection');
  let lines = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (const { name, written, value } of fields)
    if (!HOP_FIELDS.has(name) && !named.includes(name)) lines += `${written}: ${value}\r\n`;
  return lines;
}
