// Runs that ask a test's vault for what they may have.
import assert from 'node:assert/strict';
import { makePair, openBox } from '@holdfast/inside/secrets';
import { makeSealingPair, type SealingPair } from '@holdfast/kernel/sealing';
import { InsideHead, type ToRunner } from '@holdfast/vault/frames';
import { EntrySearch } from '../../src/modules/ledger/index.ts';
import { id, type TestVault } from './vault.ts';

/** A run as the test knows it. */
export interface TestRun {
  readonly run: string;
  readonly door: SealingPair;
  readonly answer: ToRunner;
  /** What the program inside finds, where it was released. */
  readonly variables: Readonly<Record<string, string>>;
  /** And what it makes files of. */
  readonly files: Readonly<Record<string, Buffer>>;
}

/** Asks for a release as the runner does, and opens what comes for the program inside. */
export async function startRun(
  vault: TestVault,
  space: string,
  given?: { run?: string; ticket?: string },
): Promise<TestRun> {
  const run = given?.run ?? id();
  const ticket = given?.ticket ?? (await vault.ticket(space, run));
  const [door, inside] = [makeSealingPair(), makePair()];
  const from = vault.runner.frames.length;
  vault.runner.say({ type: 'release', run, space, ticket, door: door.publicKey, inside: inside.publicKey });
  const answer = await vault.runner.until(
    (frame) =>
      (frame.type === 'released' || frame.type === 'refused') &&
      frame.run === run &&
      vault.runner.frames.indexOf(frame) >= from,
  );
  const { key } = stateOf(vault);
  const opened =
    answer.type === 'released' ? openBox(inside, { vault: key, run, box: answer.inside }) : undefined;
  return { run, door, answer, ...readInside(opened) };
}

// The program inside would put files where this machine has its own.
function readInside(opened: Buffer | undefined): Pick<TestRun, 'variables' | 'files'> {
  const variables: Record<string, string> = {};
  const files: Record<string, Buffer> = {};
  if (opened === undefined) return { variables, files };
  let at = 4 + opened.readUInt32BE(0);
  for (const { name, way, bytes } of InsideHead.parse(JSON.parse(opened.toString('utf8', 4, at))).secrets) {
    const value = opened.subarray(at, at + bytes);
    at += bytes;
    if (way === 'file') files[name] = value;
    else variables[name] = value.toString('utf8');
  }
  return { variables, files };
}

/** What the vault said of itself first. */
export function stateOf({ runner }: Pick<TestVault, 'runner'>): Extract<ToRunner, { type: 'state' }> {
  const state = runner.frames.find((frame) => frame.type === 'state');
  assert.ok(state?.type === 'state');
  return state;
}

/** Entries of one kind, the newest first. */
export async function entriesOf(vault: TestVault, kind: string) {
  const { items } = await new EntrySearch(vault.database.db).list({ kind }, { limit: 100 });
  return items.map(({ body, subject }) => ({ subject, body: JSON.parse(body) as Record<string, unknown> }));
}
