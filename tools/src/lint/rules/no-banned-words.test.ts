// no-banned-words: in file names and exported names, as whole words.
import { testRule } from '../lint-tester.ts';
import { noBannedWords } from './no-banned-words.ts';

testRule('no-banned-words', noBannedWords, [
  ['hub/src/a.ts', `export function openThing() {}`],
  ['hub/src/a.ts', `export const metadata = 1;`],
  ['hub/src/a.ts', `export function handler() {}`],
  ['hub/src/process.ts', `export class Process {}`],
  ['hub/src/string-utils.ts', `export const x = 1;`, /says "utils"/],
  ['hub/src/a.ts', `export class TokenManager {}`, /says "manager"/],
  ['hub/src/a.ts', `export const repoInfo = 1;`, /says "info"/],
  ['hub/src/a.ts', `export function handleRequest() {}`, /says "handle"/],
  ['hub/src/a.ts', `export function processUpload() {}`, /says "process"/],
  ['hub/src/a.ts', `export interface UserData { a: 1 }`, /says "data"/],
  ['hub/src/surfaces/hub/paths-info.ts', `export const pathsInfo = 1;`],
  ['hub/src/surfaces/hub/a.ts', `export const pathsData = 1;`, /says "data"/],
]);
