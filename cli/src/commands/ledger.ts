// `./holdfast ledger …`: what was recorded, with proofs, and the check of both.
import { z } from 'zod';
import { findText } from '@holdfast/platform/private-files';
import { requestAdmin, streamAdminLines } from '../admin-client.ts';
import { type Call, type Command } from '../command.ts';
import { usageRejected } from '../faults.ts';
import { wholeExport } from '../ledger-export.ts';
import { readTrusted, runVerifier, type Trusted } from '../ledger-evidence.ts';
import { writeOut } from '../print.ts';

const KEY = { value: 'KEY', doc: "The notary's public key; by default the one among the keys" } as const;

async function* exportLines(call: Call, { key }: Trusted): AsyncGenerator<string> {
  yield `${JSON.stringify({ type: 'holdfast-ledger-export', version: 1, key })}\n`;
  const lines = streamAdminLines(call, { method: 'GET', path: ['ledger', 'export'] });
  for await (const line of wholeExport(lines)) yield `${line}\n`;
}

function keyWords({ key }: Pick<Trusted, 'key'>): string[] {
  return key === undefined ? [] : ['--key', key];
}

// With its flag in one word: a value that begins with a dash must not become a flag of the verifier's.
function witnessWords({ flags }: Call): string[] {
  const keys = [flags['witness'] ?? []].flat().map((key) => `--witness=${String(key)}`);
  return typeof flags['least'] === 'string' ? [...keys, `--least=${flags['least']}`] : keys;
}

function askedWords({ flags }: Call): string[] {
  return ['name', 'signed'].flatMap((flag) =>
    typeof flags[flag] === 'string' ? [`--${flag}=${flags[flag]}`] : [],
  );
}

/** Checks everything that was recorded, or a file with it. */
export const verifyLedger: Command = {
  name: 'ledger verify',
  doc: 'Check every entry of the ledger, their order and the signatures, of the running hub or of a file',
  words: [],
  flags: {
    from: { value: 'EXPORT', doc: 'Check this export, proof or checkpoint; no hub has to run' },
    key: KEY,
    witness: { value: 'KEY', doc: 'The public key of a witness whose signature is asked for', many: true },
    least: { value: 'N', doc: 'How many of the witnesses must have signed; by default all' },
    name: {
      value: 'SUBJECT',
      doc: 'Say how many entries there are to SUBJECT (token:ID, repo:ID) and by it; 0 is none',
    },
    signed: { value: 'SIZE:ROOT', doc: 'Check that it begins with the tree of a checkpoint that was kept' },
  },
  run: async (call) => {
    const trusted = await readTrusted(call);
    const { from } = call.flags;
    const policy = [...keyWords(trusted), ...witnessWords(call), ...askedWords(call)];
    if (typeof from === 'string')
      return await runVerifier(call, { words: [from, ...policy], output: 'stdout' });
    const isSigned = trusted.signed !== undefined && call.flags['signed'] === undefined;
    const words = ['-', ...policy, ...(isSigned ? [`--signed=${trusted.signed}`] : [])];
    return await runVerifier(call, { words, input: exportLines(call, trusted), output: 'stdout' });
  },
};

/** Hands out the whole ledger. */
export const exportLedger: Command = {
  name: 'ledger export',
  doc: 'Write the ledger with its checkpoints to standard output, as lines of JSON',
  words: [],
  flags: {},
  run: async (call) => {
    for await (const line of exportLines(call, await readTrusted(call))) await writeOut(line);
    return 0;
  },
};

/** Proves one entry. */
export const proveEntry: Command = {
  name: 'ledger prove',
  doc: 'Prove that ENTRY, by its number in the tree or its digest, is signed',
  words: ['ENTRY'],
  flags: { key: KEY },
  run: async (call) => await prove(call, ['entries', call.rest[0] ?? '']),
};

/** Proves what is, and is not, in the chains of a name. */
export const proveAbsence: Command = {
  name: 'ledger absence',
  doc: 'Prove that nothing more than what is shown happened to SUBJECT (token:ID, repo:ID) or was done by it',
  words: ['SUBJECT'],
  flags: { key: KEY },
  run: async (call) => {
    const [name = ''] = call.rest;
    return await prove(call, ['chains', name], { words: ['--name', name] });
  },
};

/** Proves that one tree continues another. */
export const proveConsistency: Command = {
  name: 'ledger consistency',
  doc: 'Prove that the ledger of B entries begins with A: SIZE:ROOT that was kept, or a file with a checkpoint; B is a file or a number',
  words: ['A', 'B'],
  flags: { key: KEY },
  run: async (call) => {
    const [older, newer] = await Promise.all(call.rest.map(readSide));
    if (older === undefined || newer === undefined) return 1;
    if (newer.stated !== undefined)
      throw usageRejected('only A can be SIZE:ROOT', 'name a number or a file with a checkpoint as B');
    // A checkpoint from elsewhere takes the place of the one that the hub has: they must be of one tree.
    return await prove(call, ['consistency', older.size, newer.size], {
      words: older.stated === undefined ? [] : ['--signed', older.stated],
      change: (proof) => ({
        ...proof,
        older: { ...Side.parse(proof['older']), ...older.from },
        newer: { ...Side.parse(proof['newer']), ...newer.from },
      }),
    });
  },
};

/** Holds several views of the ledger against one another. */
export const compareLedgers: Command = {
  name: 'ledger compare',
  doc: 'Hold exports and checkpoints from several places against one another, and name a split view',
  words: ['EXPORT', '[EXPORT…]'],
  flags: { key: KEY },
  run: async (call) => {
    if (call.rest.length < 2)
      throw usageRejected('one view has nothing to be compared with', 'name two files or more');
    const words = ['--compare', ...call.rest, ...keyWords(await readTrusted(call))];
    return await runVerifier(call, { words, output: 'stdout' });
  },
};

const Side = z.looseObject({});
type Proof = z.infer<typeof Side>;

interface Asked {
  /** What the verifier must hold the proof against. */
  readonly words?: readonly string[];
  readonly change?: (proof: Proof) => Proof;
}

async function prove(
  call: Call,
  path: readonly string[],
  { words = [], change = (proof) => proof }: Asked = {},
): Promise<number> {
  const trusted = await readTrusted(call);
  const answer = await requestAdmin(call, { method: 'GET', path: ['ledger', ...path] });
  const proof = `${JSON.stringify({ ...change(Side.parse(answer)), key: trusted.key })}\n`;
  process.stdout.write(proof);
  const input = (async function* () {
    await Promise.resolve();
    yield proof;
  })();
  return await runVerifier(call, { words: ['-', ...keyWords(trusted), ...words], input, output: 'stderr' });
}

interface AskedSide {
  readonly size: string;
  /** What the caller says was signed, as the verifier takes it. */
  readonly stated?: string;
  readonly from: { readonly note?: string };
}

/** A size, a size with the root that somebody kept, or a file with a checkpoint. */
async function readSide(word: string): Promise<AskedSide> {
  const [stated, size] = /^(\d+)(?::[A-Za-z0-9+/]{43}=)?$/.exec(word) ?? [];
  if (size !== undefined)
    return { size, from: {}, ...(stated !== undefined && stated !== size && { stated }) };
  const note = (await findText(word)) ?? '';
  const [, signed] = /^[^\n]+\n(\d+)\n/.exec(note) ?? [];
  if (signed === undefined)
    throw usageRejected(`${word} holds no checkpoint`, 'name a number, SIZE:ROOT or such a file');
  return { size: signed, from: { note } };
}
