// Credentials of ours in what a visitor sends. Pure. An app is written by anybody: a visitor's token would be its author's.
import { isTokenBytes, isTokenText, TOKEN_LENGTH } from '@holdfast/kernel/token-text';
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

const NOTHING = Buffer.alloc(0);
const PREFIX = 'hf_';
const BEGUN = /^hf_[0-9A-Za-z]*$/;
/** So few bytes may be the beginning of anything, and are not held back for it. */
const FEW = 4;

/** Looks for a token in bytes as they come, however they are cut. What may become one is held back until it is known. */
export class TokenScan {
  /** What may become a token, and how much of it has gone on. */
  #open: Buffer = NOTHING;
  #passed = 0;

  /** Gives what may go on now, or `undefined` where there is a token. With `last` no more comes. */
  feed(content: Buffer, last: boolean): Buffer | undefined {
    const all = this.#open.length === 0 ? content : Buffer.concat([this.#open, content]);
    const found = openFrom(all);
    if (found === undefined) return undefined;
    const open = last ? all.length : found;
    const from = this.#passed;
    const end = Math.max(from, all.length - open < FEW ? all.length : open);
    this.#open = Buffer.from(all.subarray(open));
    this.#passed = Math.max(0, end - open);
    return all.subarray(from, end);
  }
}

/** Where what may become a token begins, or the end; `undefined` where there is one. */
function openFrom(all: Buffer): number | undefined {
  for (let at = all.indexOf(PREFIX); at >= 0; at = all.indexOf(PREFIX, at + 1)) {
    const found = all.subarray(at, at + TOKEN_LENGTH);
    if (isTokenBytes(found)) return undefined;
    if (found.length < TOKEN_LENGTH && BEGUN.test(found.toString('latin1'))) return at;
  }
  const end = all.toString('latin1', Math.max(0, all.length - PREFIX.length + 1));
  if (end.endsWith('hf')) return all.length - 2;
  return end.endsWith('h') ? all.length - 1 : all.length;
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

/**
 * The name of a cookie in `name=value`, as it is read when it comes back: browsers keep one without a name (`=value`), and send its value
 * alone, in which there may be a name.
 */
export function cookieName(pair: string): string {
  const said = pair.replace(/^\s*=/, '');
  const end = said.indexOf('=');
  return (end < 0 ? '' : said.slice(0, end)).trim();
}
