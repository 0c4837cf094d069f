// Where a placeholder may stand in a request, and what becomes of it there. Pure. One substitution in a request, at a place that
// was declared, as the whole of what stands there; anywhere else it is an attempt to have the value written to where it can be read.
import type { Place } from '@holdfast/kernel/brokering/place';
import { providersFor } from '@holdfast/kernel/brokering/providers';
import { findRoute, isRefusedRoute } from '@holdfast/kernel/brokering/routes';
import { elementsOf, valuesOf, type Field, type RequestHead } from '../http/head.ts';
import type { BrokeredSecret, Route } from '../lease.ts';
import { readSigned, type SignedRequest } from './aws-signature.ts';
import { namesAnotherMethod } from './method.ts';
import { placeOf, writeInto } from './places.ts';
import type { Search } from './search.ts';

/** What the door knows when it reads a request to a bound host. */
export interface InjectionRules {
  readonly host: string;
  readonly port: number;
  /** All that the run has, bound to this host or not. */
  readonly secrets: readonly BrokeredSecret[];
  /** For their placeholders, by the names of their versions. */
  readonly search: Search;
}

/** What becomes of a request. */
export type Reading =
  /** No secret is in it. */
  | { readonly kind: 'plain' }
  | {
      readonly kind: 'inject';
      readonly secret: BrokeredSecret;
      readonly place: Place;
      readonly route: Route;
      /** The head with a value in the place. */
      readonly write: (value: Buffer) => RequestHead;
    }
  | {
      readonly kind: 'sign';
      readonly secret: BrokeredSecret;
      readonly route: Route;
      readonly signed: SignedRequest;
    }
  | { readonly kind: 'misplaced'; readonly version: string; readonly where: string }
  | { readonly kind: 'refused'; readonly status: number; readonly why: string };

const METHOD = /^[A-Z]{1,20}$/;
const NEVER: ReadonlySet<string> = new Set(['TRACE', 'TRACK', 'CONNECT', 'DEBUG']);
/** What `Connection` may not take away: a server would then see another request than the one that was judged. */
const NEEDED: ReadonlySet<string> = new Set(['host', 'authorization', 'content-length', 'cookie', 'range']);

/** Reads a request to a bound host. */
export function readInjection(head: RequestHead, rules: InjectionRules): Reading {
  const refusal = refusalOfForm(head, rules);
  if (refusal !== undefined) return { kind: 'refused', ...refusal };
  const [first, second] = findPlaced(head, rules);
  const misplaced = findMisplaced(first?.rest ?? head, rules.search);
  if (misplaced !== undefined) return { kind: 'misplaced', ...misplaced };
  const signing = readSigning(head, rules, first !== undefined);
  if (signing !== undefined) return signing;
  if (first === undefined) return { kind: 'plain' };
  if (second !== undefined && second.secret.version !== first.secret.version)
    return { kind: 'refused', status: 400, why: 'two secrets of this Space stand at the same place' };
  return judgeRoute(head, rules, {
    kind: 'inject',
    secret: first.secret,
    place: first.place,
    write: (value) => writeInto(head, first.place, { placeholder: first.secret.placeholder, value }),
  });
}

interface Placed {
  readonly secret: BrokeredSecret;
  readonly place: Place;
  /** The head without what stands there. */
  readonly rest: RequestHead;
}

/** Where placeholders of this host stand at places of theirs. */
function findPlaced(head: RequestHead, { host, secrets }: InjectionRules): Placed[] {
  const found: Placed[] = [];
  for (const secret of secrets) {
    if (!secret.hosts.includes(host)) continue;
    for (const place of secret.places) {
      const rest = placeOf(head, place, secret.placeholder);
      if (rest !== undefined) found.push({ secret, place, rest });
    }
  }
  return found;
}

function refusalOfForm(
  { method, target, fields }: RequestHead,
  { host, port }: InjectionRules,
): { readonly status: number; readonly why: string } | undefined {
  if (!METHOD.test(method) || NEVER.has(method))
    return { status: 405, why: `the method ${method} is not passed on` };
  if (!target.startsWith('/') || target.startsWith('//'))
    return { status: 400, why: 'the request does not name a path' };
  const [named, ...more] = valuesOf(fields, 'host');
  const asked = named?.toLowerCase();
  if (more.length > 0 || (asked !== host && asked !== `${host}:${port}`))
    return { status: 421, why: 'the request is for another host than the one that the connection is for' };
  if (valuesOf(fields, 'authorization').length > 1)
    return { status: 400, why: 'the request has two credentials' };
  const upgrades = elementsOf(fields, 'upgrade');
  if (upgrades.length > 0 && upgrades.join() !== 'websocket')
    return { status: 400, why: 'connections become WebSockets and nothing else' };
  if (elementsOf(fields, 'connection').some((name) => NEEDED.has(name)))
    return { status: 400, why: 'the request names fields that cannot be left out' };
  return undefined;
}

/** A request that is signed by AWS's rules, with which placeholder is known only when its payload is. */
function readSigning(head: RequestHead, rules: InjectionRules, injects: boolean): Reading | undefined {
  const signed = readSigned(head);
  if (signed === undefined) return undefined;
  const secret = rules.secrets.find(
    ({ hosts, places }) => hosts.includes(rules.host) && places.some((place) => isSigner(place, signed)),
  );
  if (secret === undefined) return undefined;
  if (injects) return { kind: 'refused', status: 400, why: 'the request has two secrets of this Space' };
  if (typeof signed === 'string') return { kind: 'refused', status: 400, why: signed };
  return judgeRoute(head, rules, { kind: 'sign', secret, signed });
}

function isSigner(place: Place, signed: SignedRequest | string): boolean {
  if (place.in !== 'aws-signature') return false;
  return typeof signed === 'string' || place.accessKeyId === '' || place.accessKeyId === signed.accessKeyId;
}

type WithoutRoute = {
  [Kind in 'inject' | 'sign']: Omit<Extract<Reading, { kind: Kind }>, 'route'>;
}['inject' | 'sign'];

function judgeRoute(head: RequestHead, { host }: InjectionRules, reading: WithoutRoute): Reading {
  const { method, target } = head;
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  const judged = namesAnotherMethod(head) ? '*' : method;
  const found = findRoute(providersFor(host, reading.secret.provider), judged, path);
  if (isRefusedRoute(found)) {
    const why = found.kind === 'mints' ? 'it gives out other credentials' : 'it repeats the credential';
    return {
      kind: 'refused',
      status: 403,
      why: `the route ${found.template} is not asked with a secret: ${why}`,
    };
  }
  return { ...reading, route: { host, method, template: found.template } };
}

/** Where a placeholder stands in a head, if it does anywhere. */
export function findMisplaced(
  { method, target, fields }: RequestHead,
  search: Search,
): { readonly version: string; readonly where: string } | undefined {
  const start = target.indexOf('?');
  const parts = {
    method,
    path: start < 0 ? target : target.slice(0, start),
    query: start < 0 ? '' : target.slice(start),
  };
  for (const where of ['method', 'path', 'query'] as const) {
    const version = search.findIn(parts[where]);
    if (version !== undefined) return { version, where };
  }
  for (const field of fields) {
    const version = search.findIn(textOf(field));
    if (version !== undefined) return { version, where: `header ${field.name}`.slice(0, 100) };
  }
  return undefined;
}

function textOf({ written, value }: Field): string {
  return `${written}\n${value}`;
}
