// Why a secret is brokered or seen.
import assert from 'node:assert/strict';
import test from 'node:test';
import { PROVIDERS } from '@holdfast/kernel/brokering/providers';
import { whyWay } from './why-way.ts';

void test('the reason for each way is told, with what to do for a key whose hosts no key tells', () => {
  for (const [way, provider, why] of [
    ['brokered', 'openai', 'recognised'],
    ['brokered', null, 'hosts-given'],
    ['variable', null, 'not-recognised'],
    ['variable', 'aws', 'hosts-needed'],
    ['variable', 'openai', 'asked'],
    ['file', 'aws', 'asked'],
  ] as const)
    assert.equal(whyWay({ way, provider }), why, `${way} of ${provider}`);
  const never = PROVIDERS.find(({ brokering }) => brokering.kind !== 'hosts');
  assert.equal(whyWay({ way: 'variable', provider: never?.id ?? assert.fail() }), 'not-brokerable');
});
