// Runs oxlint's rule tester as node:test cases, with file names that place the snippet in the house.
import test from 'node:test';
import path from 'node:path';
import { RuleTester } from 'oxlint/plugins-dev';
import type { Rule } from './ast.ts';

/** A snippet: the file it pretends to be, its code, and part of the message expected (absent: no finding). */
export type Case = readonly [file: string, code: string, message?: RegExp];

const root = path.resolve(import.meta.dirname, '../../..');

/** Declares one test per case. */
export function testRule(name: string, rule: Rule, cases: readonly Case[]): void {
  for (const [file, code, message] of cases) {
    const title = `${name}() ${message === undefined ? 'accepts' : 'refuses'}, in ${file}, ${JSON.stringify(code).replaceAll('\\n\\n', '').slice(0, 120)}`;
    void test(title, () => runCase(name, rule, { file, code, message }));
  }
}

interface OneCase {
  readonly file: string;
  readonly code: string;
  readonly message: RegExp | undefined;
}

/** The tester wants the test framework's own functions; here each case is run at once, inside its node:test case. */
function runCase(name: string, rule: Rule, one: OneCase): void {
  RuleTester.describe = (_text, run) => run();
  RuleTester.it = Object.assign((_text: string, run: () => void) => run(), { only: undefined as never });
  const tester = new RuleTester({ languageOptions: { sourceType: 'module', parserOptions: { lang: 'ts' } } });
  const snippet = { code: one.code, filename: path.join(root, one.file) };
  tester.run(name, rule as never, {
    valid: one.message === undefined ? [snippet] : [],
    invalid: one.message === undefined ? [] : [{ ...snippet, errors: [{ message: one.message }] }],
  });
}
