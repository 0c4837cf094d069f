// Query strings as clients write them: booleans as words, lists as repeated keys.
import { z } from 'zod';

/** `true`/`1`, `false`/`0`; absent is false. */
export const Flag = z
  .enum(['true', 'false', 'True', 'False', '1', '0', ''])
  .default('false')
  .transform((text) => text === '1' || text.toLowerCase() === 'true');

/** A key that may be repeated. */
export const TextList = z
  .union([z.string().max(2000), z.array(z.string().max(2000)).max(200)])
  .default([])
  .transform((value) => (typeof value === 'string' ? [value] : value));

/** A whole number of items, at most `max`. */
export function pageSize(max: number, usual: number) {
  return z.coerce
    .number()
    .int()
    .min(1)
    .default(usual)
    .transform((n) => Math.min(n, max));
}

/** The value of a `Link` header that leads to the next page: this URL with another cursor. */
export function nextLink(baseUrl: string, url: string, cursor: Readonly<Record<string, string>>): string {
  const next = new URL(url, baseUrl);
  for (const [key, value] of Object.entries(cursor)) next.searchParams.set(key, value);
  return `<${baseUrl}${next.pathname}${next.search}>; rel="next"`;
}
