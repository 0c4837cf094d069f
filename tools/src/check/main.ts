// `./holdfast check [--fix] [gate]`: everything a change must pass before its tests are run. `--fix` first writes what
// a program can write: the format, the simple lint fixes, the generated documents.
import { fix } from './fix.ts';
import { lookThroughGates } from './gates.ts';

const words = process.argv.slice(2);
const tell = (line: string): void => console.log(line);
if (words.includes('--fix')) await fix(tell);
const { passed, failed } = await lookThroughGates(
  tell,
  words.find((word) => !word.startsWith('-')),
);
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
