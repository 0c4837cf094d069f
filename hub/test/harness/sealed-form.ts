// What the page of a secret sends when it has script: the pages' own code seals the value, to the key that a test's vault names.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { sealValue, type FormKey, type SecretWish } from '@holdfast/web/src/lib/seal/secret-wish.ts';
import { type TestVault } from './vault.ts';

/** The key to which pages seal now. */
export async function formKeyOf(vault: TestVault, space: string): Promise<FormKey> {
  const call = randomInt(1_000_000, 2 ** 40);
  vault.hub.say({ type: 'form-key', id: call });
  const answer = await vault.hub.until((frame) => frame.type !== 'state' && frame.id === call);
  assert.ok(answer.type === 'form-key', JSON.stringify(answer));
  return { ...answer.key, space };
}

/** The body for the vault, with the value sealed in it. */
export async function sealedBody(
  key: FormKey,
  wish: SecretWish,
  value: string,
): Promise<SecretWish & { readonly sealed: string; readonly sealedBy: string }> {
  const sealed = await sealValue(new TextEncoder().encode(value), wish, key);
  return { ...wish, sealed, sealedBy: key.id };
}
