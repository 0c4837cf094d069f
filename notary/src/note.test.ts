// Signed notes and checkpoints against the example of Go's note package, and what must not pass for one.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import test from 'node:test';
import { epochOf, openCheckpoint, originOf, signCheckpoint } from './checkpoint.ts';
import { NO_CUT } from './cut.ts';
import { openNote, parseVerifier, presentVerifier, signNote, verifierOf, withSignatures } from './note.ts';
import { signerOf } from './own-folder.ts';
import { sha256 } from './tree/hash.ts';

const NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;
const VERIFIER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';

function newSigner() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return signerOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}

void test('openNote() opens a note that another implementation signed', () => {
  const verifier = parseVerifier(VERIFIER);
  assert.ok(verifier !== undefined);
  assert.equal(presentVerifier(verifier), VERIFIER);
  assert.match(openNote(NOTE, verifier) ?? '', /^If you think.*\n.*is\.\n$/);
  for (const forged of [NOTE.replace('answer', 'Answer'), NOTE.replace('x08go', 'y08go'), NOTE.trimEnd(), ''])
    assert.equal(openNote(forged, verifier), undefined);
});

void test('parseVerifier() refuses an id that is not the key’s, and what is no verifier', () => {
  for (const text of [
    VERIFIER.replace('c74f', 'c74e'),
    VERIFIER.replace('PeterN', 'peterN'),
    'x',
    '',
    'a+b+c',
  ])
    assert.equal(parseVerifier(text), undefined, text);
});

void test('openNote() refuses a note of another key, also under the same name', () => {
  const [ours, theirs] = [newSigner(), newSigner()];
  const note = signNote('text\n', { ...theirs, name: ours.name });
  assert.equal(openNote(note, verifierOf(ours)), undefined);
  assert.equal(openNote(signNote('text\n', ours), verifierOf(ours)), 'text\n');
});

void test('openNote() finds its line among those of witnesses, and lets the first one decide', () => {
  const [ours, witness] = [newSigner(), newSigner()];
  const note = signNote('text\n', ours);
  const line = signNote('text\n', witness).split('\n\n')[1] ?? '';
  assert.equal(openNote(note + line, verifierOf(witness)), 'text\n');
  const forged = signNote('other\n', ours).split('\n\n')[1] ?? '';
  assert.equal(openNote(`text\n\n${forged}${note.split('\n\n')[1] ?? ''}`, verifierOf(ours)), undefined);
});

void test('withSignatures() takes those of others out of an answer, and nothing else', () => {
  const ours = newSigner();
  const note = signNote('text\n', ours);
  const by = (name: string, text = 'c2ln'): string => `— ${name} ${text}`;
  const signed = (answer: string): string | undefined => withSignatures(note, answer, verifierOf(ours));
  assert.equal(signed(`${by('w')}\n${by('w')}\nmore\n${by('x')}`), `${note}${by('w')}\n${by('x')}\n`);
  assert.equal(openNote(signed(by('w')) ?? '', verifierOf(ours)), 'text\n');
  for (const answer of ['', 'OK', by(ours.name), `${by('w')} more`, by('w', 'x'.repeat(600)), by('w', '!')])
    assert.equal(signed(answer), undefined, answer);
  // One that answers with very many keeps nobody else's away.
  let kept = note;
  const many = (who: string): string => Array.from({ length: 33 }, (_, n) => by(`${who}${n}`)).join('\n');
  for (let n = 0; n < 20; n += 1) kept = withSignatures(kept, many(`w${n}-`), verifierOf(ours)) ?? kept;
  assert.equal(kept.split('\n').filter((line) => line.startsWith('— w')).length, 80);
  assert.equal(withSignatures(kept, by('late'), verifierOf(ours)), undefined);
});

void test('openCheckpoint() gives back what was signed, and refuses every changed line', () => {
  const signer = newSigner();
  const [root, heads] = [sha256(Buffer.from('a')), sha256(Buffer.from('b'))];
  const uncut = {
    ...{ origin: signer.name, size: 20852163, root, heads, time: '2026-11-25T23:00:00.000Z' },
    cut: NO_CUT,
  };
  assert.deepEqual(openCheckpoint(signCheckpoint(uncut, signer), verifierOf(signer)), uncut);
  const checkpoint = { ...uncut, cut: { size: 77, lanes: sha256(Buffer.from('c')) } };
  const note = signCheckpoint(checkpoint, signer);
  assert.deepEqual(openCheckpoint(note, verifierOf(signer)), checkpoint);
  for (const [from, to] of [
    ['20852163', '20852162'],
    ['2026', '2025'],
    [root.toString('base64'), heads.toString('base64')],
    ['cut 77', 'cut 78'],
    [`cut 77 ${checkpoint.cut.lanes.toString('base64')}\n`, ''],
  ] as const)
    assert.equal(openCheckpoint(note.replace(from, to), verifierOf(signer)), undefined);
  assert.equal(openCheckpoint(signNote(`${signer.name}\n1\nx\n`, signer), verifierOf(signer)), undefined);
});

void test('epochOf() reads what originOf() writes, and no other log', () => {
  for (const epoch of [1, 2, 17]) assert.equal(epochOf(originOf('log/x', epoch), 'log/x'), epoch);
  for (const origin of ['log/y', 'log/x/1', 'log/x/0', 'log/x/a', 'log/xy', ''])
    assert.equal(epochOf(origin, 'log/x'), undefined);
});
