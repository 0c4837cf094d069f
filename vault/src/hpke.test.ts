// The vault's half of HPKE, against the published vectors of RFC 9180 for its suite: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM,
// in base mode, the first message.
import assert from 'node:assert/strict';
import test from 'node:test';
import { deriveKeyPair, openMessage } from './hpke.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

const SEED = 'a0ce15d49e28bd47a18a97e147582d814b08cbe00109fed5ec27d1b4e9f6f5e3';
const PRIVATE = '317f915db7bc629c48fe765587897e01e282d3e8445f79f27f65d031a88082b2';
const PUBLIC =
  '04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c685136f853148544876de76c0f2ef99cdc3a05ccf5ded7860c7c021238f9e2073d2356c';
const SENDER =
  '04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e0b21bd31a86c6048af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4e0';
const CIPHERTEXT =
  '58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d291742465e902cd216f8908da49f8f96f';
const PURPOSE = hex('4f6465206f6e2061204772656369616e2055726e');
const ABOUT = hex('436f756e742d30');
const PLAINTEXT = '4265617574792069732074727574682c20747275746820626561757479';

void test('deriveKeyPair() gives the pair of the published vector', () => {
  const { privateKey, publicKey } = deriveKeyPair(hex(SEED));
  assert.deepEqual([privateKey.toString('hex'), publicKey.toString('hex')], [PRIVATE, PUBLIC]);
  // The sender's, of the same vector.
  const sender = deriveKeyPair(hex('a90d3417c3da9cb6c6ae19b4b5dd6cc9529a4cc24efb7ae0ace1f31887a8cd6c'));
  assert.equal(sender.publicKey.toString('hex'), SENDER);
});

void test('openMessage() opens the message of the published vector', () => {
  const own = deriveKeyPair(hex(SEED));
  const opened = openMessage(own, hex(SENDER + CIPHERTEXT), { purpose: PURPOSE, about: ABOUT });
  assert.equal(opened.toString('hex'), PLAINTEXT);
});

void test('openMessage() opens nothing that is changed, cut, for another key, or about something else', () => {
  const own = deriveKeyPair(hex(SEED));
  const message = hex(SENDER + CIPHERTEXT);
  const said = { purpose: PURPOSE, about: ABOUT };
  for (let at = 0; at < message.length; at += 1) {
    const changed = Buffer.from(message);
    changed.writeUInt8(message.readUInt8(at) ^ 1, at);
    assert.throws(() => openMessage(own, changed, said), `byte ${at}`);
    assert.throws(() => openMessage(own, message.subarray(0, at), said), `${at} bytes`);
  }
  assert.throws(() => openMessage(deriveKeyPair(hex(PRIVATE)), message, said));
  assert.throws(() => openMessage(own, message, { ...said, about: hex('436f756e742d31') }));
  assert.throws(() => openMessage(own, message, { ...said, purpose: ABOUT }));
  // The point in its short form, and as one that tells its parity twice: the same point, and not what was sent.
  const short = Buffer.concat([hex('02'), message.subarray(1, 33), message.subarray(65)]);
  const twice = Buffer.concat([hex('06'), message.subarray(1)]);
  for (const other of [short, twice]) assert.throws(() => openMessage(own, other, said));
});
