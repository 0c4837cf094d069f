// Patterns on bytes: they take what the regular expressions that they are written as take, and nothing else.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { compilePattern } from './byte-pattern.ts';
import { PROVIDERS } from './providers.ts';

const PATTERNS = [
  ...PROVIDERS.flatMap(({ shapes }) => shapes),
  ...[/^a$/, /^ab?c{2,3}/, /^[a-c]{2}$/, /^(?:a|bc){1,3}d$/, /^(?:a|ab)(?:c|bc)$/, /^[a-]{1,2}-$/],
  ...[/^\s{0,2}\S{1,3}$/, /^(?:a{1,2} ){0,3}b\s/, /^[\d.]{2}$/, /^\{x\}$/, /^a{0,2}a{2}b$/],
];

const BYTES = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

/** The letters that a part of a pattern takes, each of which is tried once. */
type LettersOf = (part: string) => string;

function openLetters(): LettersOf {
  const known = new Map<string, string>();
  return (part) => {
    const found =
      known.get(part) ?? BYTES.filter((letter) => new RegExp(`^${part}$`, 's').test(letter)).join('');
    known.set(part, found);
    return found;
  };
}

/** Letters that the pattern itself is made of, and some that are of none. */
function alphabetOf({ source }: RegExp): string {
  return `${source.replaceAll(/[\\^$(){}?[\]|]/g, '')}aZ0 \n\u00a0\u00ff`;
}

function pick(from: string): string {
  return from.charAt(randomInt(from.length));
}

const GROUP = /\(\?:([^()]*)\)(\?|\{\d+,\d+\})?/g;
const PART = /(\[[^\]]+\]|\\[a-zA-Z]|\\.|[^\\])(?:\{(\d+)(?:,(\d+))?\}|(\?))?/gs;

/** A text made along the parts of a pattern; `wild`: now and then with one letter too few or too many. */
function makeText({ source }: RegExp, lettersOf: LettersOf, wild: boolean): string {
  let made = source.replace('^', '').replace(/\$$/, '');
  const choose = (_: string, options: string, count?: string): string => {
    const all = options.split('|');
    return count !== undefined && randomInt(2) === 0 ? '' : (all[randomInt(all.length)] ?? '');
  };
  // From the innermost.
  while (made !== (made = made.replaceAll(GROUP, choose)));
  return made.replaceAll(PART, (...found: unknown[]) => {
    const [, atom = '', least = '1', most, maybe] = found as (string | undefined)[];
    const low = maybe === undefined ? Number(least) : 0;
    const high = maybe === undefined ? Number(most ?? low) : 1;
    const off = wild && randomInt(6) === 0 ? pickOne([-1, 1]) : 0;
    const length = Math.max(0, pickOne([low, high, randomInt(low, high + 1)]) + off);
    return Array.from({ length }, () => pick(lettersOf(atom))).join('');
  });
}

function pickOne(from: readonly number[]): number {
  return from[randomInt(from.length)] ?? 0;
}

function changed(text: string, letter: string): string {
  const at = randomInt(text.length + 1);
  return `${text.slice(0, at)}${letter}${text.slice(at + randomInt(2))}`;
}

void test('compilePattern() takes what the regular expression takes', () => {
  const lettersOf = openLetters();
  for (const pattern of PATTERNS) {
    const compiled = compilePattern(pattern);
    const letters = alphabetOf(pattern);
    let taken = 0;
    for (let n = 0; n < 200; n += 1) {
      let text = makeText(pattern, lettersOf, n % 2 === 0);
      if (n % 5 === 1) text = changed(text, pick(letters));
      if (n % 5 === 2) text = Array.from({ length: randomInt(8) }, () => pick(letters)).join('');
      const wanted = pattern.test(text);
      if (wanted) taken += 1;
      assert.equal(
        compiled.test(Buffer.from(text, 'latin1')),
        wanted,
        `${String(pattern)}: ${JSON.stringify(text)}`,
      );
    }
    assert.ok(taken > 20, `${String(pattern)} took ${taken}: the texts show nothing`);
  }
});

void test('compilePattern() refuses what it does not understand', () => {
  for (const pattern of [
    /a/,
    /^a*/,
    /^a+$/,
    /^.$/,
    /^(a)$/,
    /^a/i,
    /^[^a]$/,
    /^\w$/,
    /^(?=a)/,
    /^a{2,}$/,
    /^a|b$/,
    /^(?:a){9}$/,
    /^a$b/,
  ])
    assert.throws(() => compilePattern(pattern), TypeError, String(pattern));
});

void test('compilePattern() takes time in proportion to the bytes', () => {
  const long = Buffer.from('a'.repeat(8_192));
  for (const pattern of [/^a{0,4000}a{0,4000}a{0,4000}b$/, /^(?:a{1,2000}|a{1,1000}){0,8}b$/]) {
    const compiled = compilePattern(pattern);
    const began = performance.now();
    for (let n = 0; n < 20; n += 1) assert.equal(compiled.test(long), false);
    assert.ok(performance.now() - began < 5_000);
  }
});
