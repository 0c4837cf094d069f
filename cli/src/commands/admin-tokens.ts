// `./holdfast admin token …`.
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { CreatedToken, Token } from '../answers.ts';
import { type Call, type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { usageRejected } from '../faults.ts';
import { formatTable, printResult } from '../print.ts';
import { doneOrTaken } from '../taken.ts';

/** Issues a token and prints it alone, so that a shell can take it into a variable. */
export const createToken: Command = {
  name: 'admin token create',
  doc: 'Issue an access token; it alone is printed, once',
  words: [],
  flags: {
    user: { value: 'NAME', doc: 'Whose token', required: true },
    name: { value: 'LABEL', doc: 'What it is for', required: true },
    role: { value: 'read|write', doc: 'Everything its user may read, or read and write' },
    scope: {
      value: 'TYPE:NAME=PERMISSION,…',
      doc: 'Only this (model:team/bert=repo.write, org:team/bert-*=repo.content.read); may be repeated',
      many: true,
    },
    days: { value: 'N', doc: 'Days until it expires (default 90)' },
    address: {
      value: 'NETWORK',
      doc: 'Accepted from there alone (192.0.2.0/24, 2001:db8::/32); may be repeated',
      many: true,
    },
  },
  run: async (call) => {
    const answer = await requestAdmin(call, { method: 'POST', path: ['tokens'], body: bodyOf(call) });
    printResult(call.json, answer, CreatedToken.parse(answer).token);
    return EXIT.done;
  },
};

function bodyOf({ flags }: Call): object {
  const { user, name, role, scope, days, address } = flags;
  if ((role === undefined) === (scope === undefined))
    throw usageRejected(
      'a token needs either --role or --scope',
      'give --role read, --role write, or one --scope or more',
    );
  if (days !== undefined && !/^[1-9]\d{0,4}$/.test(String(days)))
    throw usageRejected(
      `--days ${String(days)} is no number of days`,
      'write a whole number, such as --days 90',
    );
  return {
    user,
    name,
    ...(role === undefined ? {} : { role }),
    ...(scope === undefined ? {} : { scopes: scope }),
    ...(days === undefined ? {} : { expiresInDays: Number(days) }),
    ...(address === undefined ? {} : { addresses: address }),
  };
}

/** Lists a user's tokens, never their text. */
export const listTokens: Command = {
  name: 'admin token list',
  doc: "List a user's tokens",
  words: [],
  flags: { user: { value: 'NAME', doc: 'Whose tokens', required: true } },
  run: async (call) => {
    const query = { user: String(call.flags['user']) };
    const answer = await requestAdmin(call, { method: 'GET', path: ['tokens'], query });
    const rows = z
      .array(Token)
      .parse(answer)
      .map((token) => [
        token.id,
        token.name,
        token.role === 'fineGrained' ? token.scopes.join(' ') : describeClassic(token),
        token.revokedAt ? `revoked ${token.revokedAt}` : `until ${token.expiresAt ?? 'revoked'}`,
        token.addresses?.join(' ') ?? 'everywhere',
        token.lastUsedAt ? `${token.lastUsedAt} from ${token.lastAddress ?? ''}` : 'never',
      ]);
    printResult(call.json, answer, formatTable(['ID', 'NAME', 'MAY', 'STATE', 'FROM', 'LAST USED'], rows));
    return EXIT.done;
  },
};

// What it was used for could be done by a fine-grained token with these scopes.
function describeClassic({ role, used }: z.infer<typeof Token>): string {
  return used.length === 0 ? `${role} (classic)` : `${role} (classic; used ${used.join(' ')})`;
}

/** Revokes a token. */
export const revokeToken: Command = {
  name: 'admin token revoke',
  doc: 'Revoke a token; it stops working within a second',
  words: ['ID'],
  flags: {},
  run: async (call) => {
    const [id = ''] = call.rest;
    const answer = await requestAdmin(call, { method: 'POST', path: ['tokens', id, 'revoke'] });
    printResult(call.json, answer, doneOrTaken(answer, { done: `Revoked ${id}`, asked: id }));
    return EXIT.done;
  },
};
