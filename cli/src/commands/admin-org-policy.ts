// `./holdfast admin org policy`, `tokens`, `approve-token`, `end-token`.
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { OrgPolicy, OrgToken } from '../answers.ts';
import { type Call, type Command, type Flags } from '../command.ts';
import { EXIT } from '../failure.ts';
import { usageRejected } from '../faults.ts';
import { formatTable, printResult } from '../print.ts';
import { doneOrTaken } from '../taken.ts';

// Which member each flag changes, and what its words stand for.
const SWITCHES = {
  'classic-tokens': ['refusesClassic', { allow: false, refuse: true }],
  'approve-tokens': ['approvesTokens', { on: true, off: false }],
  'second-factor': ['requiresSecondFactor', { on: true, off: false }],
  'private-by-default': ['privateByDefault', { on: true, off: false }],
} as const;

/** Shows what an organisation asks, or changes it. */
export const orgPolicy: Command = {
  name: 'admin org policy',
  doc: 'Show what an organisation asks of its members and their tokens, or change it',
  words: ['NAME'],
  flags: {
    'classic-tokens': { value: 'allow|refuse', doc: 'Whether tokens without scopes reach it' },
    'approve-tokens': { value: 'on|off', doc: 'Whether each token waits until it is approved' },
    'token-days': { value: 'N|off', doc: 'The longest that a token may live to reach it' },
    'second-factor': { value: 'on|off', doc: 'Whether members need a second factor' },
    'private-by-default': { value: 'on|off', doc: 'Whether repositories are private unless asked otherwise' },
  },
  run: async (call) => {
    const [name = ''] = call.rest;
    const body = changeOf(call.flags);
    const path = ['orgs', name, 'policy'];
    const answer =
      Object.keys(body).length === 0
        ? await requestAdmin(call, { method: 'GET', path })
        : await requestAdmin(call, { method: 'POST', path, body });
    const policy = OrgPolicy.parse(answer);
    const rows = [
      ['classic tokens', policy.refusesClassic ? 'refuse' : 'allow'],
      ['approve tokens', policy.approvesTokens ? 'on' : 'off'],
      ['token days', policy.mostTokenDays === null ? 'off' : String(policy.mostTokenDays)],
      ['second factor', policy.requiresSecondFactor ? 'on' : 'off'],
      ['private by default', policy.privateByDefault ? 'on' : 'off'],
    ];
    printResult(call.json, answer, formatTable(['POLICY', 'STATE'], rows));
    return EXIT.done;
  },
};

function changeOf(flags: Flags): Record<string, boolean | number | null> {
  const change: Record<string, boolean | number | null> = {};
  for (const [flag, [member, words]] of Object.entries(SWITCHES)) {
    const word = flags[flag];
    if (word === undefined) continue;
    const value = (words as Readonly<Record<string, boolean>>)[String(word)];
    if (value === undefined)
      throw usageRejected(
        `--${flag} ${String(word)} is not understood`,
        `write ${Object.keys(words).join(' or ')}`,
      );
    change[member] = value;
  }
  const days = flags['token-days'];
  if (days !== undefined && days !== 'off' && !/^[1-9]\d{0,3}$/.test(String(days)))
    throw usageRejected(`--token-days ${String(days)} is no number of days`, 'write a whole number, or off');
  if (days !== undefined) change['mostTokenDays'] = days === 'off' ? null : Number(days);
  return change;
}

/** Lists the tokens that reach an organisation, or would. */
export const orgTokens: Command = {
  name: 'admin org tokens',
  doc: 'List the tokens of members that reach an organisation, or would',
  words: ['NAME'],
  flags: {},
  run: async (call) => {
    const [name = ''] = call.rest;
    const answer = await requestAdmin(call, { method: 'GET', path: ['orgs', name, 'tokens'] });
    const rows = z
      .array(OrgToken)
      .parse(answer)
      .map((token) => [
        token.id,
        token.owner,
        token.name,
        token.reach,
        token.role === 'fineGrained' ? token.scopes.join(' ') : `${token.role} (classic)`,
        `until ${token.expiresAt ?? 'revoked'}`,
        token.lastUsedAt
          ? `${token.lastUsedAt} from ${token.lastAddress ?? ''} ${token.lastClient ?? ''}`
          : 'never',
      ]);
    const heads = ['ID', 'OWNER', 'NAME', 'REACH', 'MAY', 'STATE', 'LAST USED'];
    printResult(call.json, answer, formatTable(heads, rows));
    return EXIT.done;
  },
};

/** Approves a token that waits. */
export const approveOrgToken: Command = {
  name: 'admin org approve-token',
  doc: 'Let a token reach an organisation that approves tokens',
  words: ['NAME', 'ID'],
  flags: {},
  run: async (call) => await decide(call, 'approve', 'reaches'),
};

/** Ends a token's reach. */
export const endOrgToken: Command = {
  name: 'admin org end-token',
  doc: "End a token's reach into an organisation, for good; elsewhere it works on",
  words: ['NAME', 'ID'],
  flags: {},
  run: async (call) => await decide(call, 'end', 'does not reach'),
};

async function decide(call: Call, act: 'approve' | 'end', outcome: string): Promise<number> {
  const [name = '', id = ''] = call.rest;
  const answer = await requestAdmin(call, { method: 'POST', path: ['orgs', name, 'tokens', id, act] });
  const done = `${id} ${outcome} ${name}`;
  printResult(call.json, answer, doneOrTaken(answer, { done, asked: done }));
  return EXIT.done;
}
