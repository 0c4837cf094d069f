// The browser's half of HPKE, against the published vectors of RFC 9180 for its suite: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM,
// in base mode, the first message.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sealMessage } from './hpke.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

const PRIVATE = '90345e3a1d116c1dd39ae76d95ab858c142223a63e44f8f85318cfa91a84858e';
const SENDER =
  '04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e0b21bd31a86c6048af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4e0';
const RECIPIENT = hex(
  '04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c685136f853148544876de76c0f2ef99cdc3a05ccf5ded7860c7c021238f9e2073d2356c',
);
const CIPHERTEXT =
  '58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d291742465e902cd216f8908da49f8f96f';
const MESSAGE = {
  purpose: hex('4f6465206f6e2061204772656369616e2055726e'),
  about: hex('436f756e742d30'),
  plaintext: hex('4265617574792069732074727574682c20747275746820626561757479'),
};

/** The pair of the vector, as a browser imports one. */
async function senderPair() {
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const point = hex(SENDER);
  const open = { kty: 'EC', crv: 'P-256', x: text(point.subarray(1, 33)), y: text(point.subarray(33)) };
  return {
    publicKey: await crypto.subtle.importKey('jwk', open, curve, true, []),
    privateKey: await crypto.subtle.importKey('jwk', { ...open, d: text(hex(PRIVATE)) }, curve, false, [
      'deriveBits',
    ]),
  };
}

void test('sealMessage() seals the message of the published vector', async () => {
  const sealed = await sealMessage(RECIPIENT, MESSAGE, senderPair());
  assert.equal(Buffer.from(sealed).toString('hex'), SENDER + CIPHERTEXT);
});

void test('sealMessage() has another key for each message, and none for what is no point of the curve', async () => {
  const [one, other] = [await sealMessage(RECIPIENT, MESSAGE), await sealMessage(RECIPIENT, MESSAGE)];
  assert.notDeepEqual(one.slice(0, 65), other.slice(0, 65));
  assert.notDeepEqual(one.slice(65), other.slice(65));
  const off = RECIPIENT.slice();
  off.set([(off.at(-1) ?? 0) ^ 1], 64);
  await assert.rejects(sealMessage(off, MESSAGE));
});
