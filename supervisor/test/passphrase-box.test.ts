// A box opens with its passphrase, and with nothing else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openBox, sealBox } from '../src/backup/passphrase-box.ts';

const WORDS = Buffer.from('correct horse');

void test('openBox() gives what sealBox() took, and nothing for another passphrase or an altered box', () => {
  const box = sealBox(WORDS, Buffer.from('a key'));
  assert.equal(openBox(WORDS, box)?.toString(), 'a key');
  assert.ok(!box.includes(Buffer.from('a key').toString('base64')));
  assert.equal(openBox(Buffer.from('wrong horse'), box), undefined);
  const altered = JSON.stringify({
    ...(JSON.parse(box) as object),
    bytes: Buffer.alloc(5).toString('base64'),
  });
  assert.equal(openBox(WORDS, altered), undefined);
});

void test('openBox() throws for what is no box, and for one that would take all memory', () => {
  const box = JSON.parse(sealBox(WORDS, Buffer.from('a key'))) as object;
  for (const text of ['', '{}', JSON.stringify({ ...box, memory: 2 ** 40 })])
    assert.throws(() => openBox(WORDS, text), /no box/);
});
