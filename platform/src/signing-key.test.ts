// What is signed can be checked by the public half, which is all that is published.
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import test from 'node:test';
import { makePrivateKey, SigningKey } from './signing-key.ts';

void test('SigningKey signs what its public half checks, and is the same key when it is opened again', async () => {
  const bytes = await makePrivateKey();
  const key = new SigningKey(bytes);
  assert.equal(new SigningKey(bytes).jwk.kid, key.jwk.kid);
  assert.deepEqual(Object.keys(key.jwk).toSorted(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
  const [head = '', body = '', signature = ''] = key.signJwt({ sub: 'ada' }).split('.');
  const checks = (text: string): boolean => {
    const publicKey = createPublicKey({ key: { ...key.jwk }, format: 'jwk' });
    return verify('sha256', Buffer.from(text), publicKey, Buffer.from(signature, 'base64url'));
  };
  assert.ok(checks(`${head}.${body}`) && !checks(`${head}.${body}x`));
  assert.deepEqual(JSON.parse(Buffer.from(head, 'base64url').toString()), {
    ...{ alg: 'RS256', typ: 'JWT', kid: key.jwk.kid },
  });
  assert.throws(() => new SigningKey(Buffer.from('x')));
});
