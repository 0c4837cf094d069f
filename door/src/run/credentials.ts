// Credentials of ours in what a visitor sends. Pure. An app is written by anybody: a visitor's token would be its author's.
import { isTokenText } from '@holdfast/kernel/token-text';
import type { Field } from './http/head.ts';

const TOKEN = /hf_[0-9A-Za-z]{36}/g;
const BASIC = /^basic[ \t]+([A-Za-z0-9+/=_-]+)$/i;
const MOST_ROUNDS = 3;

/** Whether a text holds a token of ours, as it is or percent-encoded, even more than once. */
export function holdsToken(text: string): boolean {
  let read = text;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if (read.includes('hf_') && (read.match(TOKEN) ?? []).some((found) => isTokenText(found))) return true;
    if (!read.includes('%')) return false;
    read = read.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    );
  }
  return false;
}

/** Whether a field holds one; Basic credentials are decoded, as git and curl send a token. */
export function fieldHoldsToken({ name, value }: Field): boolean {
  if (holdsToken(value)) return true;
  const basic = name.endsWith('authorization') ? BASIC.exec(value)?.[1] : undefined;
  return basic !== undefined && holdsToken(Buffer.from(basic, 'base64').toString('latin1'));
}

/** Cookies of the hub and of its visits begin so, whatever its address and port; an app has none of such a name. */
const OUR_COOKIE = /^(?:__host-)?holdfast-/i;

/** Whether this is the name of a cookie of ours. */
export function isOurCookie(name: string): boolean {
  return OUR_COOKIE.test(name);
}

/** What is left of a `Cookie` without ours; `undefined` when nothing is. */
export function withoutOurCookies(value: string): string | undefined {
  const kept = value
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && !isOurCookie(cookieName(pair)) && !holdsToken(pair));
  return kept.length === 0 ? undefined : kept.join('; ');
}

/** The name of a cookie in `name=value`, as browsers read it. */
export function cookieName(pair: string): string {
  const end = pair.indexOf('=');
  return (end < 0 ? '' : pair.slice(0, end)).trim();
}
