// What an app sees of a visitor's request, and a visitor of its answer. Pure.
import { cookieName, fieldHoldsToken, holdsToken, isOurCookie, withoutOurCookies } from './credentials.ts';
import type { DoorStart } from './frames.ts';
import { FRAMING_FIELDS } from './http/framing.ts';
import { elementsOf, valuesOf, type AnswerHead, type Field, type RequestHead } from './http/head.ts';

/** Fields that concern one connection, and none that follows it. */
export const HOP_FIELDS: ReadonlySet<string> = new Set([
  ...FRAMING_FIELDS,
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['te', 'trailer', 'upgrade', 'http2-settings'],
]);

/** Set by the hub for every visit; all others that say where a request comes from are the visitor's own words. */
const SET_BY_HUB: ReadonlySet<string> = new Set(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']);
const CLAIMS = /^(?:forwarded|x-real-ip|x-forwarded-.*|x-original-.*|x-rewrite-url)$/;
/** What `Connection` may not take away. */
const NEEDED: ReadonlySet<string> = new Set([
  ...FRAMING_FIELDS,
  ...SET_BY_HUB,
  ...['host', 'cookie', 'authorization'],
]);

/** A request that goes on to the app, or why it does not. */
export type Visit =
  | { readonly kind: 'passed'; readonly lines: string; readonly websocket: boolean; readonly closes: boolean }
  | { readonly kind: 'refused'; readonly status: number; readonly why: string; readonly credential: boolean };

/** What the door knows when it reads visits. */
export interface VisitRules {
  readonly spaceHost: string;
}

/** The rules of a start frame. */
export function rulesOf({ spaceHost }: DoorStart): VisitRules {
  return { spaceHost };
}

/** Reads a visitor's request. The lines are the whole head but for its framing and the empty line. */
export function readVisit(head: RequestHead, rules: VisitRules): Visit {
  const refusal = refusalOf(head);
  if (refusal !== undefined) return refusal;
  const named = elementsOf(head.fields, 'connection');
  const websocket = isWebSocket(head, named);
  let lines = `${head.method} ${head.target} HTTP/1.1\r\nHost: ${rules.spaceHost}\r\n`;
  for (const field of head.fields) {
    const value = valueForApp(field, named);
    if (value !== undefined) lines += `${field.written}: ${value}\r\n`;
  }
  if (websocket) lines += 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
  return { kind: 'passed', lines, websocket, closes: named.includes('close') };
}

function refusalOf({ method, target, fields }: RequestHead): Visit | undefined {
  const refuse = (status: number, why: string, credential = false): Visit => ({
    kind: 'refused',
    status,
    why,
    credential,
  });
  if (/^(?:TRACE|TRACK|CONNECT)$/i.test(method)) return refuse(405, `the method ${method} is not passed on`);
  if (!target.startsWith('/')) return refuse(400, 'the request does not name a path');
  if (valuesOf(fields, 'host').length !== 1) return refuse(400, 'the request does not name exactly one host');
  if (elementsOf(fields, 'connection').some((name) => NEEDED.has(name)))
    return refuse(400, 'the request names fields that cannot be left out');
  if (holdsToken(target))
    return refuse(400, 'the address holds an access token of this hub, which an app must not see', true);
  return undefined;
}

function isWebSocket({ method, fields }: RequestHead, named: readonly string[]): boolean {
  const upgrades = elementsOf(fields, 'upgrade');
  return (
    method === 'GET' && named.includes('upgrade') && upgrades.length === 1 && upgrades[0] === 'websocket'
  );
}

// Some frameworks take `_` and `-` for the same, so that `X_Forwarded_For` would be believed, too.
function valueForApp(field: Field, named: readonly string[]): string | undefined {
  const { name, value } = field;
  if (name === 'host' || HOP_FIELDS.has(name) || named.includes(name)) return undefined;
  const dashed = name.includes('_') ? name.replaceAll('_', '-') : name;
  if (dashed !== name && (NEEDED.has(dashed) || HOP_FIELDS.has(dashed))) return undefined;
  if (CLAIMS.test(dashed) && !(dashed === name && SET_BY_HUB.has(name))) return undefined;
  if (name === 'cookie') return withoutOurCookies(value);
  return fieldHoldsToken({ ...field, name: dashed }) ? undefined : value;
}

/** The head of an app's answer for a visitor, without framing and the empty line. */
export function presentVisit({ status, reason, fields }: AnswerHead): string {
  const named = elementsOf(fields, 'connection');
  let lines = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (const { name, written, value } of fields) {
    // Another address for this origin would lead visitors past the door.
    if (HOP_FIELDS.has(name) || named.includes(name) || name === 'alt-svc') continue;
    if (name === 'set-cookie' && !mayBeKept(value)) continue;
    lines += `${written}: ${value}\r\n`;
  }
  return lines;
}

// With a domain a cookie would reach other Spaces; under a name of ours it would pass for a session that we made.
function mayBeKept(cookie: string): boolean {
  const [pair = '', ...attributes] = cookie.split(';');
  return (
    !isOurCookie(cookieName(pair)) && !attributes.some((attribute) => /^\s*domain\s*(?:=|$)/i.test(attribute))
  );
}
