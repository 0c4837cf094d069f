// Numbers and moments as the reader's language writes them. Pure.
// What writes them is made once: to make it takes forty times as long as to use it, and a list has hundreds of numbers.
import { type Language } from './words/words.ts';

/** The language as dates and numbers know it. */
export function localeOf(language: Language): string {
  return language === 'pt' ? 'pt-PT' : 'en-GB';
}

function inEach<Format>(make: (locale: string) => Format): Readonly<Record<Language, Format>> {
  return { en: make(localeOf('en')), pt: make(localeOf('pt')) };
}

const SHORT = inEach(
  (locale) => new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }),
);
/** By how many digits follow the point at most. */
const ROUNDED = inEach((locale) =>
  [0, 1, 2].map((digits) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits })),
);
const DAY = { dateStyle: 'medium', timeZone: 'UTC' } as const;
const DAYS = inEach((locale) => new Intl.DateTimeFormat(locale, DAY));
const MINUTES = inEach((locale) => new Intl.DateTimeFormat(locale, { ...DAY, timeStyle: 'short' }));

/** A moment in UTC, to the minute or to the day. */
export function momentText(at: Date, language: Language, { day }: { readonly day: boolean }): string {
  return day ? DAYS[language].format(at) : `${MINUTES[language].format(at)} UTC`;
}

/** A count in few letters, such as `1.2 M`. */
export function shortCount(count: number, language: Language): string {
  return SHORT[language].format(count);
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

function rounded(value: number, digits: 0 | 1 | 2, language: Language): string {
  return ROUNDED[language][digits]?.format(value) ?? '';
}
