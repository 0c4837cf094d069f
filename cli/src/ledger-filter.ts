// What the commands that look entries up, follow or erase them have in common: which entries are meant, and how one looks.
import { z } from 'zod';
import { type Call, type Command } from './command.ts';

/** An entry as the hub shows it. */
export const Entry = z.looseObject({
  at: z.string(),
  kind: z.string(),
  subject: z.string(),
  actor: z.string(),
  credential: z.string(),
  personal: z.record(z.string(), z.string()),
  /** What stands beside it, or does not, otherwise than it says. */
  doubted: z.record(z.string(), z.string()),
});
export type Entry = z.infer<typeof Entry>;

/** Flags that say which entries are meant. */
export const FILTER = {
  actor: { value: 'ACTOR', doc: 'Who acted: user:ID, operator, system:PART, anonymous' },
  token: { value: 'ID', doc: 'The token that was acted with' },
  subject: { value: 'SUBJECT', doc: 'What was acted on: repo:ID, token:ID, account:ID' },
  address: { value: 'ADDRESS', doc: 'Where the caller was' },
  kind: { value: 'KIND', doc: 'Such as token.revoked, or token. for all that begin so' },
  since: { value: 'TIME', doc: 'Not before this, such as 2026-11-25T12:00Z' },
  until: { value: 'TIME', doc: 'Before this' },
} as const satisfies Command['flags'];

/** What was asked for, as the hub takes it. */
export function filterOf({ flags }: Call): Record<string, string> {
  const filter: Record<string, string> = {};
  for (const name of Object.keys(FILTER)) {
    const value = flags[name];
    if (typeof value !== 'string') continue;
    if (name === 'token') filter['credential'] = `token:${value}`;
    else filter[name] = value;
  }
  return filter;
}

/** An entry as cells of a table. */
export function cellsOf({ at, kind, subject, actor, credential, personal, doubted }: Entry): string[] {
  const flaw = doubted['address'];
  const address = flaw === undefined ? (personal['address'] ?? '') : `(${flaw})`;
  return [at.slice(0, 19), kind, subject, actor, credential, address];
}
