// A token that nobody signed, or somebody else did, says nothing, whoever sent it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { queryOf, START, startForgedIssuer } from '../harness/forged-issuer.ts';

void test('only a signature of the issuer counts', async () => {
  await using issuer = await startForgedIssuer();
  const right = await issuer.client().end(START, queryOf());
  assert.equal(right.kind, 'claims');
  for (const signed of ['not', 'by another', 'by the secret'] as const) {
    issuer.forge({ signed });
    assert.deepEqual(await issuer.client().end(START, queryOf()), { kind: 'invalid' }, signed);
  }
});

void test('an issuer that says it signs nothing is not believed either', async () => {
  await using issuer = await startForgedIssuer();
  for (const signed of ['not', 'by the secret'] as const) {
    issuer.forge({ signed, metadata: { id_token_signing_alg_values_supported: ['none', 'HS256', 'RS256'] } });
    assert.deepEqual(await issuer.client().end(START, queryOf()), { kind: 'invalid' }, signed);
  }
});
