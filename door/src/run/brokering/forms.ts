// The forms in which a value, or what stands in its place, may be written by who wants it to pass unseen. Pure.

import type { Wanted } from './search.ts';

const BITS_OF_BYTE = 8;
const BITS_OF_SIXTET = 6;

/** A value as it is, in hexadecimal, and in base64 wherever it begins there. Percent-encoding is read by the search itself. */
export function formsOf(value: Buffer): readonly Buffer[] {
  const texts = new Set<string>([value.toString('latin1')]);
  const hex = value.toString('hex');
  texts.add(hex).add(hex.toUpperCase());
  for (const offset of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(offset), value]);
    // Letters at both ends that also depend on what stands before and after are left out.
    const from = Math.ceil((offset * BITS_OF_BYTE) / BITS_OF_SIXTET);
    const to = Math.floor((padded.length * BITS_OF_BYTE) / BITS_OF_SIXTET);
    texts.add(padded.toString('base64').slice(from, to));
    texts.add(padded.toString('base64url').slice(from, to));
  }
  return [...texts].filter((text) => text.length > 0).map((text) => Buffer.from(text, 'latin1'));
}

/** What is looked for to find a value in any of its forms. */
export function wantedOf(name: string, value: Buffer): Wanted[] {
  return formsOf(value).map((text) => ({ name, text }));
}
