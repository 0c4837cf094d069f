// `./holdfast check [gate]`: everything a change must pass before its tests are run.
import { lookThroughGates } from './gates.ts';

const { passed, failed } = await lookThroughGates((line) => console.log(line), process.argv[2]);
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
