// Tokens of ours in bytes that come in pieces.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mintToken, TOKEN_LENGTH } from '@holdfast/kernel/token-text';
import { TokenScan } from './credentials.ts';

const TOKEN = mintUnlikeNext();
/** A token that does not end in the letter by which one begins: cut short before another, it would be whole again. */
function mintUnlikeNext(): string {
  const token = mintToken().reveal('to look for it in bytes');
  return token.endsWith('h') ? mintUnlikeNext() : token;
}

/** Nearly tokens: cut short, with another check, with a sign in it, and one that begins in another. */
const NEARLY = [
  TOKEN.slice(0, -1),
  `${TOKEN.slice(0, -1)}-`,
  `${TOKEN.slice(0, 20)}_${TOKEN.slice(20)}`,
  `hf_${'a'.repeat(36)}`,
  'hf_hf_h',
  'half of hfhf',
];

/** What goes on of a body that is cut at these places, and whether a token was found. */
function feed(body: string, cuts: readonly number[]): { readonly out: string; readonly found: boolean } {
  const scan = new TokenScan();
  const ends = [...cuts, body.length];
  let out = '';
  for (const [n, end] of ends.entries()) {
    const piece = Buffer.from(body.slice(ends[n - 1] ?? 0, end), 'latin1');
    const passed = scan.feed(piece, false);
    if (passed === undefined) return { out, found: true };
    out += passed.toString('latin1');
  }
  const rest = scan.feed(Buffer.alloc(0), true);
  return rest === undefined ? { out, found: true } : { out: out + rest.toString('latin1'), found: false };
}

/** Cuts of a length: at no place, at each, at each two, and at all. */
function cutsOf({ length }: string): number[][] {
  const each = Array.from({ length: length - 1 }, (_, n) => n + 1);
  const pairs = each.flatMap((one) => each.filter((other) => other > one).map((other) => [one, other]));
  return [[], ...each.map((one) => [one]), ...pairs, each];
}

void test('a token is found however it is cut, and at most its first letters go on', () => {
  for (const body of [TOKEN, `{"token":"${TOKEN}"}`, `a=h&hf_${TOKEN}`, `hf_abc${TOKEN}x`, `hfh${TOKEN}`]) {
    const at = body.indexOf(TOKEN);
    for (const cuts of cutsOf(body)) {
      const { out, found } = feed(body, cuts);
      assert.ok(found, `${body} at ${cuts.join()}`);
      assert.ok(out.length < at + 4 && body.startsWith(out), `${out} went on at ${cuts.join()}`);
    }
  }
});

void test('what holds no token goes on as it is, however it is cut', () => {
  for (const body of [...NEARLY, NEARLY.join(' '), NEARLY.join('')])
    for (const cuts of body.length > 60 ? [[], [TOKEN_LENGTH - 2], [50]] : cutsOf(body))
      assert.deepEqual(feed(body, cuts), { out: body, found: false }, `${body} at ${cuts.join()}`);
});

void test('a client that waits for an answer is not kept waiting for a letter that may begin a token', () => {
  for (const word of ['oh', 'of hf', 'hf_'])
    assert.equal(new TokenScan().feed(Buffer.from(word), false)?.toString(), word);
});
