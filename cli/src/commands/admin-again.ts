// `./holdfast admin token revoke-again`: after a restore, takes back again what an export of the ledger says was taken back.
import { isFault } from '@holdfast/kernel/fault';
import { readLines } from '@holdfast/platform/appended-file';
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { Removed } from '../answers.ts';
import { type Call, type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { exportUnreadable } from '../faults.ts';
import { printResult } from '../print.ts';

const Line = z.looseObject({ type: z.string() });
const Entry = z.looseObject({ at: z.string(), kind: z.string(), subject: z.string() });
type Entry = z.infer<typeof Entry>;

/** What takes something away that only people can name again: an entry has numbers, and the commands take names. */
const BY_HAND: ReadonlySet<string> = new Set([
  ...[
    'account.disabled',
    'account.deleted',
    'account.signed-out',
    'account.administrator-set',
    'account.renamed',
  ],
  ...['account.password-reset', 'account.passkey-removed', 'account.invitation-revoked'],
  ...['account.sign-on-disconnected', 'session.ended', 'token.reach-ended'],
  ...['org.member-removed', 'org.member-set', 'org.transferred', 'org.policy-changed'],
  ...['org.second-factor-required', 'repo.deleted', 'repo.settings-changed', 'secret.deleted'],
  ...['space.paused', 'space.egress-set'],
]);

/** Revokes every token anew that was revoked according to an export. */
export const revokeAgain: Command = {
  name: 'admin token revoke-again',
  doc: 'After a restore: revoke every token that EXPORT, written by `ledger export`, says was revoked, and name what else was taken back',
  words: ['EXPORT'],
  flags: {},
  run: async (call) => {
    const { tokens, byHand } = await readExport(call.rest[0] ?? '');
    const outcomes = { revoked: [] as string[], unknown: [] as string[] };
    for (const id of tokens) outcomes[(await revoke(call, id)) ? 'revoked' : 'unknown'].push(id);
    printResult(call.json, { ...outcomes, byHand }, describe(outcomes, byHand));
    return EXIT.done;
  },
};

async function readExport(file: string): Promise<{ tokens: ReadonlySet<string>; byHand: readonly Entry[] }> {
  const tokens = new Set<string>();
  const byHand: Entry[] = [];
  try {
    let isFirst = true;
    for await (const text of readLines(file)) {
      const line = Line.parse(JSON.parse(text));
      if (isFirst && line.type !== 'holdfast-ledger-export')
        throw new TypeError('it is no export of the ledger');
      isFirst = false;
      if (line.type !== 'entry') continue;
      const { at, kind, subject } = Entry.parse(line);
      if (kind === 'token.revoked') tokens.add(subject.replace(/^token:/, ''));
      else if (BY_HAND.has(kind)) byHand.push({ at, kind, subject });
    }
    if (isFirst) throw new TypeError('it is empty');
  } catch (error) {
    throw exportUnreadable(file, error instanceof z.ZodError ? 'a line is none of an export' : String(error));
  }
  return { tokens, byHand };
}

/** Whether there is such a token. Revoking one that is revoked does no harm. */
async function revoke(call: Call, id: string): Promise<boolean> {
  try {
    Removed.parse(await requestAdmin(call, { method: 'POST', path: ['tokens', id, 'revoke'] }));
    return true;
  } catch (error) {
    // It was issued after the backup: the database that was restored does not have it.
    if (isFault(error, 'admin.refused') && error.details['error'] === 'TokenMissing') return false;
    throw error;
  }
}

function describe(
  { revoked, unknown }: Readonly<Record<'revoked' | 'unknown', readonly string[]>>,
  byHand: readonly Entry[],
): string {
  return [
    `Revoked: ${revoked.length}. Not there, because they were issued later: ${unknown.length}.`,
    ...(byHand.length === 0 ? [] : ['Taken back as well, and to be looked at by hand:']),
    ...byHand.map(({ at, kind, subject }) => `  ${at}  ${kind}  ${subject}`),
  ].join('\n');
}
