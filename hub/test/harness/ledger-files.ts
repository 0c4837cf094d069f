// Exports and proofs of a test's ledger as files, and the verifier over them, as an auditor runs it.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exportLedger } from '@holdfast/notary/evidence';
import { presentVerifier, verifierOf, type NoteSigner } from '@holdfast/notary/note';
import { type Db } from '@holdfast/platform/postgres/database';
import { record, type Entry } from '../../src/modules/ledger/index.ts';
import { type TestDatabase } from './database.ts';
import { ROOT, runProgram } from './program.ts';

/** What the verifier says of a file. */
export interface Verdict {
  readonly ok: boolean;
  readonly shows?: string;
  readonly entries?: number;
  readonly problems: readonly { readonly where: string; readonly what: string }[];
}

/** Records entries about a few tokens, one transaction each. */
export async function recordEntries({ db }: TestDatabase, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const token = `token:${n % 5}`;
    const entry: Entry = {
      kind: 'token.issued',
      subject: token,
      actor: 'user:1',
      credential: token,
      body: { n },
    };
    await db.transaction((tx) => record(tx, entry));
  }
}

/** The notary's key as the verifier takes it. */
export function keyOf(signer: NoteSigner): string {
  return presentVerifier(verifierOf(signer));
}

/** Writes an export of the database. */
export async function writeExport(db: Db, signer: NoteSigner, file: string): Promise<void> {
  const lines: object[] = [{ type: 'holdfast-ledger-export', version: 1, key: keyOf(signer) }];
  for await (const line of exportLedger(db)) lines.push(line);
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** Runs the verifier; gives what it says of each file. Throws an `Error` when it could not read one. */
export async function runVerifier(...words: readonly string[]): Promise<Verdict[]> {
  const args = [path.join(ROOT, 'verifier', 'verify.mjs'), ...words, '--json'];
  const { status, stdout, stderr } = await runProgram(process.execPath, args);
  if (status === 2) throw new Error(stderr);
  const verdicts = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Verdict);
  if (verdicts.every(({ ok }) => ok) !== (status === 0)) throw new Error(`status ${status}: ${stdout}`);
  return verdicts;
}
