// What the ledger's commands share: the notary's public key, and the verifier, which is a program of its own.
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { findText } from '@holdfast/platform/private-files';
import { startProcess } from '@holdfast/platform/process';
import { placeFolders } from '@holdfast/supervisor/config/config';
import { parseEnvironment } from '@holdfast/supervisor/config/env';
import { configurationRejected } from '@holdfast/supervisor/faults';
import { layoutOf } from '@holdfast/supervisor/layout';
import { type Call } from './command.ts';

/** What is known beside the database: the key, and what the notary signed last. */
export interface Trusted {
  readonly key: string | undefined;
  /** As the verifier takes it: size and root. */
  readonly signed: string | undefined;
}

/** Reads it from among the keys; a key that was given counts instead. */
export async function readTrusted(call: Call): Promise<Trusted> {
  const problems: string[] = [];
  const folders = placeFolders(parseEnvironment(call.raw, problems), call.place);
  if (problems.length > 0) throw configurationRejected(problems);
  const { notary } = layoutOf(folders);
  const read = async (name: string): Promise<string | undefined> =>
    await findText(join(notary, name)).catch(() => undefined);
  const given = call.flags['key'];
  const key = typeof given === 'string' ? given : (await read('public.key'))?.trim();
  return { key, signed: signedOf(await read('last-signed.json')) };
}

function signedOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const { size, root } = JSON.parse(text) as { size: number; root: string };
  return `${String(size)}:${root}`;
}

/** How the verifier is run. */
export interface Verification {
  readonly words: readonly string[];
  /** What it reads as `-`. */
  readonly input?: AsyncIterable<string>;
  /** Where it speaks: beside a proof that is printed, on standard error. */
  readonly output: 'stdout' | 'stderr';
}

/** Runs it; gives its exit code. */
export async function runVerifier(call: Call, { words, input, output }: Verification): Promise<number> {
  const file = join(call.place.checkout, 'verifier', 'verify.mjs');
  const json = call.json ? ['--json'] : [];
  const child = startProcess(
    { file: process.execPath, args: [file, ...words, ...json] },
    { descriptors: ['pipe', output === 'stdout' ? 'inherit' : 2, 'inherit'] },
  );
  // It may be done before it has read everything; its exit code tells.
  if (input === undefined) child.end(0).end();
  else
    await pipeline(Readable.from(input), child.end(0)).catch((error: unknown) => {
      // What it would say of half an export is not why there is only half of one.
      if (isBrokenPipe(error)) return;
      child.signal('SIGKILL');
      throw error;
    });
  return (await child.exited).code ?? 1;
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
