// How gates judge.
import assert from 'node:assert/strict';
import test from 'node:test';
import { passes } from './gate.ts';
import { told } from './gates.ts';
import { isAllowed } from './licences.ts';
import { quantile } from './sizes.ts';
import { flawsOf } from './templates.ts';
import { verifierFlaws } from './verifier.ts';

void test('passes() refuses a gate that looked at nothing, even without problems', () => {
  assert.equal(passes({ looked: 0, things: 'files', problems: [] }), false);
  assert.equal(passes({ looked: 3, things: 'files', problems: [] }), true);
  assert.equal(passes({ looked: 3, things: 'files', problems: ['bad'] }), false);
});

void test('told() says how much was looked at and what is wrong', () => {
  assert.deepEqual(told('format', { looked: 0, things: 'files', problems: [] }), [
    'FAILED format: 0 files',
    '  looked at nothing',
  ]);
  assert.deepEqual(told('format', { looked: 2, things: 'files', problems: ['a\nb'] }), [
    'FAILED format: 2 files',
    '  a\n  b',
  ]);
});

void test('isAllowed() reads SPDX choices and combinations', () => {
  assert.equal(isAllowed('MIT'), true);
  assert.equal(isAllowed('(MIT OR GPL-3.0)'), true);
  assert.equal(isAllowed('MIT AND GPL-3.0'), false);
  assert.equal(isAllowed(''), false);
});

void test('flawsOf() finds what a template must not hold', () => {
  assert.deepEqual(flawsOf('<!-- A page. -->\n<p class="a">{text}</p>'), []);
  for (const bad of ['{@html text}', '<p style="a"></p>', '<p style:color={a}></p>', '<a onclick={b}></a>'])
    assert.equal(flawsOf(`<!-- A page. -->\n${bad}`).length, 1, bad);
  assert.equal(flawsOf('<p></p>').length, 1);
  assert.deepEqual(flawsOf('<!-- A page. -->\n{@html text}', 'web/src/lib/Prose.svelte'), []);
  assert.equal(flawsOf('<!-- A page. -->\n{@html text}', 'web/src/lib/Other.svelte').length, 1);
});

void test('quantile() picks from the sorted numbers', () => {
  assert.equal(quantile([5, 1, 3], 0.5), 3);
  assert.equal(quantile([], 0.5), 0);
});

const VERIFIER = `#!/usr/bin/env node\n// What it is for.\nimport { hash } from 'node:crypto';\nhash('a', 'b');\n`;
const verifierOf = (text: string) => verifierFlaws([{ name: 'verifier/verify.mjs', text }]);

void test('verifierFlaws() counts all code in the folder, and the README alone not', () => {
  const lines = (count: number, name = 'verifier/verify.mjs') => ({ name, text: '//\n'.repeat(count) });
  assert.deepEqual(verifierFlaws([lines(399), lines(9_000, 'verifier/README.md')]), []);
  assert.equal(verifierFlaws([lines(400)]).length, 1);
  assert.equal(verifierFlaws([lines(399), lines(1, 'verifier/more.json')]).length, 1);
  assert.equal(verifierOf(`//${'x'.repeat(200)}\n`).length, 1, 'a program in one line');
});

void test('verifierFlaws() lets pass what needs a few modules of Node, and nothing else', () => {
  assert.deepEqual(verifierOf(VERIFIER), []);
  for (const more of [
    `import { z } from 'zod';`,
    `import http from 'node:http';`,
    `import './more.mjs';`,
    `import {\n  a,\n} from "../hub/src/a.ts";`,
    `export * from 'other';`,
    `const a = await import('node:net');`,
    `const a = require('net');`,
    `const a = process.getBuiltinModule('net');`,
    `await fetch('https://a.example');`,
    `new Function('a')();`,
    'export const a = 1;',
  ])
    assert.ok(verifierOf(`${VERIFIER}${more}\n`).length > 0, more);
});
