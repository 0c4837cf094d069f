// Which language a page speaks: the one that was chosen, else the first that the browser asks for and we have.
import { en, type Words } from './en.ts';
import { pt } from './pt.ts';

/** The languages there are. */
export const LANGUAGES = { en, pt } as const satisfies Readonly<Record<string, Words>>;
export type Language = keyof typeof LANGUAGES;

/** The language of a text such as `pt-BR`, or nothing. */
export function parseLanguage(text: string | undefined): Language | undefined {
  const name = (text ?? '').trim().toLowerCase().split('-', 1)[0] ?? '';
  return name === 'en' || name === 'pt' ? name : undefined;
}

/** The language for a choice and an `Accept-Language` header. */
export function languageFor(chosen: string | undefined, accepted: string | null): Language {
  const asked = (accepted ?? '')
    .split(',')
    .slice(0, 20)
    .map((part) => {
      const [name, ...rest] = part.split(';');
      const quality = rest.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((one) => one !== undefined);
      return { language: parseLanguage(name), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ language, quality }) => language !== undefined && quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return parseLanguage(chosen) ?? asked[0]?.language ?? 'en';
}
