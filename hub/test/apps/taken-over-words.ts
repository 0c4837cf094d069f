// Every word that somebody behind one of the hub's channels understands, read from their grammars, and for those that are not the
// hub's to say an example: a word that is added and stands in no table here fails the test.
import assert from 'node:assert/strict';
import { Request as ToCourier } from '@holdfast/courier/frames';
import { makeSealingPair } from '@holdfast/kernel/sealing';
import { ToRunner } from '@holdfast/runner/frames';
import {
  Answer,
  BecameSealed,
  EndpointState,
  HeadMoved,
  NotaryStart,
  Stop,
  VaultStart,
} from '@holdfast/supervisor/settings';
import { FromHub, FromOperator, FromRunner } from '@holdfast/vault/frames';

/** The hub's ends, by who is behind them. */
export const FD = { supervisor: 3, courier: 6, runner: 7, vault: 8 } as const;

interface Schema {
  safeParse(frame: unknown): { readonly success: boolean };
}

/** A word, and what understands it. */
export type Grammar = ReadonlyMap<string, Schema>;

/** All words, by who hears them and from whom. */
export function readGrammar(): Grammar {
  const byType = (whom: string, { options }: { readonly options: readonly Typed[] }) =>
    options.map((one) => [`${whom}: ${String(one.shape.type.value)}`, one] as const);
  return new Map<string, Schema>([
    ...byType('vault, of the hub', FromHub),
    ...byType('vault, of the runner', FromRunner),
    ...FromOperator.shape.type.options.map(
      (one) => [`vault, of the operator: ${one}`, FromOperator] as const,
    ),
    ...byType('runner, of the hub', ToRunner),
    ...ToCourier.options.map((one) => [`courier, of the hub: ${one.shape.ask.value}`, one] as const),
    ...byType('supervisor, of the hub', { options: [HeadMoved] }),
    ...byType('supervisor, of a child that starts', Answer),
    ...byType('supervisor, of the notary', { options: [BecameSealed, EndpointState] }),
    ...byType('notary, of the supervisor', { options: [NotaryStart, Stop] }),
    ...byType('vault, of the supervisor', { options: [VaultStart, Stop] }),
  ]);
}

interface Typed extends Schema {
  readonly shape: { readonly type: { readonly value: unknown } };
}

/** What the examples are about. */
export interface Victim {
  /** A run that serves, and its Space. */
  readonly run: string;
  readonly space: string;
  /** A ticket on the ledger, for a run that has not begun. */
  readonly fresh: { readonly run: string; readonly entry: string };
}

/** Words that are somebody else's to say, each in an example that would do harm. */
export function foreignWords({ run, space, fresh }: Victim): Readonly<Record<string, object>> {
  const pair = makeSealingPair().publicKey;
  const operator = { osUser: 'root', terminal: null, command: 'vault' };
  const postgres = { host: '/tmp', port: 5432, database: 'x', user: 'x', tls: 'off', embedded: true };
  return {
    'vault, of the runner: hello': { type: 'hello', runs: [] },
    'vault, of the runner: release': {
      ...{ type: 'release', run: fresh.run, space, ticket: fresh.entry },
      ...{ door: pair, inside: pair },
    },
    'vault, of the runner: delivered': { type: 'delivered', run },
    'vault, of the runner: aborted': { type: 'aborted', run, why: 'somebody said so' },
    'vault, of the runner: ended': { type: 'ended', run },
    'vault, of the runner: door': { type: 'door', run, box: 'A'.repeat(200) },
    ...Object.fromEntries(
      ['status', 'seal', 'unseal', 'rotate', 'losses', 'begin-anew'].map((type) => [
        `vault, of the operator: ${type}`,
        { type, operator, passphrase: null },
      ]),
    ),
    'supervisor, of a child that starts: ready': { type: 'ready', adminCreated: true },
    'supervisor, of a child that starts: failed': { type: 'failed', message: 'it is over' },
    'supervisor, of the notary: sealed': { type: 'sealed', sealed: { why: 'behind', signed: 5, found: 1 } },
    'supervisor, of the notary: endpoint': { type: 'endpoint', silent: false },
    'notary, of the supervisor: start': {
      type: 'start',
      settings: {
        ...{ folder: '/tmp', postgres, checkpoints: { file: null, url: null, witnesses: [] } },
        ...{ keepDays: null, acceptLoss: true, restored: false, goesOn: true },
      },
      secrets: { postgresPassword: '' },
    },
    'notary, of the supervisor: stop': { type: 'stop' },
    'vault, of the supervisor: start': {
      type: 'start',
      settings: {
        ...{ folder: '/tmp', instance: 'x', ours: [], postgres, notary: 'x' },
        ...{ keepDays: null, acceptLoss: true, restored: false },
      },
      secrets: { postgresPassword: '', passphrase: null },
    },
    'vault, of the supervisor: stop': { type: 'stop' },
  };
}

/** Fails when a word stands in no table, when a table has one that nobody understands, and when an example is none. */
export function requireEveryWord(
  grammar: Grammar,
  own: readonly string[],
  foreign: Readonly<Record<string, object>>,
): void {
  const tried = [...own, ...Object.keys(foreign)];
  assert.deepEqual(tried.toSorted(), [...grammar.keys()].toSorted(), 'every word is tried, and no other');
  for (const [word, frame] of Object.entries(foreign))
    assert.equal(grammar.get(word)?.safeParse(frame).success, true, `${word} is no such word`);
}
