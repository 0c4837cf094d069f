// Numbers as the reader's language writes them. Pure.
import { type Language } from './words/words.ts';

/** The language as dates and numbers know it. */
export function localeOf(language: Language): string {
  return language === 'pt' ? 'pt-PT' : 'en-GB';
}

/** A count in few letters, such as `1.2 M`. */
export function shortCount(count: number, language: Language): string {
  const format = new Intl.NumberFormat(localeOf(language), {
    notation: 'compact',
    maximumFractionDigits: 1,
  });
  return format.format(count);
}

/** How many parameters a model has, as its makers say it: `7B`, `124M`. */
export function parameterCount(count: number, language: Language): string {
  const steps: readonly (readonly [number, string])[] = [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'K'],
  ];
  const [size, letter] = steps.find(([least]) => count >= least) ?? [1, ''];
  const digits = count / size < 10 ? 1 : 0;
  return `${rounded(count / size, digits, language)}${letter}`;
}

/** What words say of so many. */
export function counted(words: { readonly one: string; readonly many: string }, count: number): string {
  return count === 1 ? words.one : words.many.replace('{count}', String(count));
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** A number of bytes, in thousands as clients count them. */
export function byteCount(bytes: number, language: Language): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1_000, unit + 1];
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${rounded(value, digits, language)} ${UNITS[unit]}`;
}

function rounded(value: number, digits: number, language: Language): string {
  return new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: digits }).format(value);
}
