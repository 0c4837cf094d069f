// That the verifier of the ledger is what its README says: code of a size that is read in an hour, that needs nothing but Node and reaches
// no network. Whoever checks an export trusts neither us nor our dependencies.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../environment.ts';
import { projectFiles } from '../files.ts';
import type { Finding, Gate } from './gate.ts';

const FOLDER = 'verifier/';
/** All its code has to have fewer lines, comments and empty ones included. */
const LINES = 400;
/** What of Node it may load: digests and signatures, files, lines and options. None of these reaches the network or starts a program. */
const MODULES: ReadonlySet<string> = new Set(['node:crypto', 'node:fs', 'node:readline', 'node:util']);

/** A file of the verifier. */
export interface VerifierFile {
  readonly name: string;
  readonly text: string;
}

/** Nothing beside the code and its README is in the folder, and nothing but Node is loaded by it. */
export const verifier: Gate = {
  name: 'verifier',
  async look(): Promise<Finding> {
    const names = (await projectFiles()).filter((file) => file.startsWith(FOLDER));
    const files = await Promise.all(
      names.map(async (name) => ({ name, text: await readFile(path.join(ROOT, name), 'utf8') })),
    );
    const code = files.filter(isCode);
    const lines = linesOf(code);
    return {
      looked: code.length,
      things: 'files',
      problems: verifierFlaws(files),
      remarks: [`${lines} lines, and it may have fewer than ${LINES}`],
    };
  },
};

/** What is wrong with the verifier, all its files together. */
export function verifierFlaws(files: readonly VerifierFile[]): string[] {
  const code = files.filter(isCode);
  const lines = linesOf(code);
  const flaws = code.flatMap(({ name, text }) => flawsOf(text).map((flaw) => `${name}: ${flaw}`));
  // A line counts for a reader by what it says: a program could be one line.
  const long = code.filter(({ text }) => text.split('\n').some((line) => line.length > MOST_LETTERS));
  return [
    ...(lines < LINES ? [] : [`its code has ${lines} lines, and has to have fewer than ${LINES}`]),
    ...long.map(({ name }) => `${name}: has a line of more than ${MOST_LETTERS} letters`),
    ...flaws,
  ];
}

const MOST_LETTERS = 160;

// Whatever else is there counts as code: a second file would be read by nobody who was told that it is one.
function isCode({ name }: VerifierFile): boolean {
  return name !== `${FOLDER}README.md`;
}

function linesOf(files: readonly VerifierFile[]): number {
  return files.reduce((sum, { text }) => sum + text.split('\n').length - (text.endsWith('\n') ? 1 : 0), 0);
}

/** A statement that loads a module, at the beginning of a line as the format has it. */
const LOADS = /^\s*(?:import|export)\b(?:[^'"]*\bfrom\b)?\s*(['"])(?<module>[^'"]*)\1/gm;
/** Other ways to load code, to run a text, and to reach the network. */
const OTHER_WAYS =
  /\bimport\s*[.(]|\b(?:require|createRequire|getBuiltinModule|binding|dlopen|eval|Function|fetch|WebSocket|EventSource)\b/g;

function flawsOf(text: string): string[] {
  const loaded = [...text.matchAll(LOADS)].map(({ groups }) => groups?.['module'] ?? '');
  const statements = text.match(/^\s*(?:import|export)\b/gm) ?? [];
  return [
    ...loaded
      .filter((module) => !MODULES.has(module))
      .map((module) => `loads ${module}; it may load ${[...MODULES].join(', ')}`),
    // What is not understood here is not let pass.
    ...(statements.length === loaded.length ? [] : ['has an import or an export that loads no named module']),
    ...[...text.matchAll(OTHER_WAYS)].map(([way]) => `has "${way}", by which code or the network is reached`),
  ];
}
