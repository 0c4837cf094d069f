// An app for one-time codes, as a person has it on the phone.
import { codeAt, stepOf } from '@holdfast/kernel/one-time-code';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of a key at a moment. */
export function codeOf(key: string, at: Date): string {
  let bits = '';
  for (const letter of key.replaceAll(' ', '')) bits += LETTERS.indexOf(letter).toString(2).padStart(5, '0');
  const bytes = bits.match(/.{8}/g)?.map((one) => Number.parseInt(one, 2)) ?? [];
  return codeAt(Uint8Array.from(bytes), stepOf(at));
}
