// The places of a request at which a credential belongs: whether a placeholder is the whole of what stands there, and how a value is
// written there. Pure.
import type { Place } from '@holdfast/kernel/brokering/place';
import { valuesOf, type RequestHead } from '../http/head.ts';

const BASIC = /^basic[ ]+([A-Za-z0-9+/]+={0,2})$/i;
const SCHEME = /^[A-Za-z]+ /;

/** The head without what stands at the place, when that is the placeholder and nothing else; else `undefined`. */
export function placeOf(head: RequestHead, place: Place, placeholder: string): RequestHead | undefined {
  if (place.in === 'aws-signature') return undefined;
  if (place.in === 'query') {
    const pairs = parametersOf(head.target).filter(([name]) => decode(name) === place.name);
    const [pair] = pairs;
    return pairs.length === 1 && decode(pair?.[1] ?? '') === placeholder
      ? { ...head, target: writeParameter(head.target, place.name, '') }
      : undefined;
  }
  const name = place.in === 'basic' ? 'authorization' : place.name;
  const [value, ...more] = valuesOf(head.fields, name);
  if (value === undefined || more.length > 0) return undefined;
  if (place.in === 'basic') {
    const parts = readBasic(value);
    if (parts?.[place.part] !== placeholder) return undefined;
    const other = place.part === 'user' ? parts.password : parts.user;
    return withField(head, name, other);
  }
  return isFilled(place.template, value, placeholder) ? withField(head, name, '') : undefined;
}

/** The head with a value at the place. */
export function writeInto(
  head: RequestHead,
  place: Place,
  { placeholder, value }: { readonly placeholder: string; readonly value: Buffer },
): RequestHead {
  const text = value.toString('latin1');
  if (place.in === 'query')
    return { ...head, target: writeParameter(head.target, place.name, encodeURIComponent(text)) };
  if (place.in === 'header') return withField(head, place.name, fill(place.template, text));
  const [before = ''] = valuesOf(head.fields, 'authorization');
  const parts = readBasic(before);
  if (place.in !== 'basic' || parts?.[place.part] !== placeholder)
    throw new TypeError('nothing stands at the place');
  const user = place.part === 'user' ? text : parts.user;
  const password = place.part === 'password' ? text : parts.password;
  return withField(
    head,
    'authorization',
    `Basic ${Buffer.from(`${user}:${password}`, 'latin1').toString('base64')}`,
  );
}

// The name of a scheme may be written in any case (RFC 9110, 11.1).
function isFilled(template: string, value: string, placeholder: string): boolean {
  const wanted = fill(template, placeholder);
  const [scheme = ''] = SCHEME.exec(template) ?? [];
  return (
    value === wanted ||
    (scheme !== '' &&
      value.slice(0, scheme.length).toLowerCase() === scheme.toLowerCase() &&
      value.slice(scheme.length) === wanted.slice(scheme.length))
  );
}

function fill(template: string, text: string): string {
  const at = template.indexOf('{}');
  return at < 0 ? template : template.slice(0, at) + text + template.slice(at + '{}'.length);
}

function readBasic(value: string): { readonly user: string; readonly password: string } | undefined {
  const decoded = Buffer.from(BASIC.exec(value)?.[1] ?? '', 'base64').toString('latin1');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function withField(head: RequestHead, name: string, value: string): RequestHead {
  return { ...head, fields: head.fields.map((field) => (field.name === name ? { ...field, value } : field)) };
}

type Parameter = readonly [name: string, value: string];

function parametersOf(target: string): readonly Parameter[] {
  const start = target.indexOf('?');
  if (start < 0) return [];
  return target
    .slice(start + 1)
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    });
}

function writeParameter(target: string, wanted: string, value: string): string {
  const pairs = parametersOf(target).map(([name, before]) =>
    decode(name) === wanted ? `${name}=${value}` : before === '' ? name : `${name}=${before}`,
  );
  return `${target.slice(0, target.indexOf('?'))}?${pairs.join('&')}`;
}

function decode(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}
