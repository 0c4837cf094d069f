// What an entry of the ledger says, as it is signed and kept for ever: without keys in its texts (threat 19), whoever records it. Pure.
import { canonicalJson, type Json } from '../canonical-json.ts';
import { maskHost, maskKeys, mayHoldKey } from './mask-keys.ts';

/**
 * The canonical body (RFC 8785) of what is said. What people wrote in it (names, hosts, notes) may hold a key: whose it was stands in its
 * place.
 */
export function entryBody(said: Json): string {
  const body = canonicalJson(said);
  const clean = body.includes(NUL_ESCAPE) ? canonicalJson(changeTexts(said, withoutNul)) : body;
  return mayHoldKey(clean) ? canonicalJson(changeTexts(said, withoutKeys)) : clean;
}

/** PostgreSQL's `jsonb`, by which entries are asked, has no such character: with it, an act could not be recorded. */
const NUL_ESCAPE = String.raw`\u0000`;

function withoutNul(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

/** Members that name hosts: as a text, an app that calls `glpat-….example.org` would have its name taken out whole, and hide where it went. */
const OF_HOSTS: ReadonlySet<string> = new Set(['host', 'hosts']);

function withoutKeys(text: string, name: string): string {
  return withoutNul(OF_HOSTS.has(name) ? maskHost(text) : maskKeys(text));
}

/** With each text changed, which the innermost member that it is in has a name for. */
function changeTexts(value: Json, change: (text: string, name: string) => string, of = ''): Json {
  if (typeof value === 'string') return change(value, of);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((one) => changeTexts(one, change, of));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      member === undefined ? member : changeTexts(member, change, name),
    ]),
  );
}
