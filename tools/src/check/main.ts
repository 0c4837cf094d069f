// `./holdfast check [--fix] [gate]`: everything a change must pass before its tests are run. `--fix` first writes what
// a program can write: the format, the simple lint fixes, the generated documents.
import { fix } from './fix.ts';
import { gateNames, lookThroughGates } from './gates.ts';

const words = process.argv.slice(2);
const tell = (line: string): void => console.log(line);
const pattern = words.find((word) => !word.startsWith('-')) ?? '';
if (gateNames().some((name) => name.includes(pattern))) {
  if (words.includes('--fix')) await fix(tell);
  const { passed, failed } = await lookThroughGates(tell, pattern);
  console.log(`\n${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
} else {
  console.error(`Error: there is no gate "${pattern}"; there are ${gateNames().join(', ')}`);
  process.exitCode = 2;
}
