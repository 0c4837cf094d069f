// An answer that another issuer gave is not taken to ours: its code would be sent to somebody who could use it (mix-up,
// RFC 9207). Nor do an issuer's words lead us to a host that the operator did not name.
import assert from 'node:assert/strict';
import test from 'node:test';
import { queryOf, START, startForgedIssuer } from '../harness/forged-issuer.ts';

void test('an answer of another issuer is refused before its code is sent anywhere', async () => {
  await using issuer = await startForgedIssuer();
  const other = { iss: 'https://another.example.org' };
  assert.deepEqual(await issuer.client().end(START, queryOf(other)), { kind: 'invalid' });
  issuer.forge({ metadata: { authorization_response_iss_parameter_supported: true } });
  for (const query of [queryOf(other), queryOf()])
    assert.deepEqual(await issuer.client().end(START, query), { kind: 'invalid' }, query);
  assert.equal(issuer.asked.length, 0);
  assert.equal((await issuer.client().end(START, queryOf({ iss: issuer.address }))).kind, 'claims');
  assert.equal(issuer.asked.length, 1);
});

void test('an issuer that calls itself otherwise is not asked', async () => {
  await using issuer = await startForgedIssuer();
  issuer.forge({ metadata: { issuer: 'https://another.example.org' } });
  assert.equal((await issuer.client().begin(START)).kind, 'invalid');
});

void test('endpoints elsewhere are not asked, unless the operator named the host', async () => {
  await using issuer = await startForgedIssuer();
  await using other = await startForgedIssuer();
  for (const [name, path] of [
    ['token_endpoint', '/token'],
    ['jwks_uri', '/keys'],
  ] as const) {
    issuer.forge({ metadata: { [name]: `${other.address}${path}` } });
    assert.deepEqual(await issuer.client().end(START, queryOf()), { kind: 'invalid' }, name);
  }
  assert.equal(other.asked.length, 0);
  issuer.forge({ metadata: { token_endpoint: `${other.address}/token` } });
  await issuer.client([new URL(other.address).host]).end(START, queryOf());
  assert.equal(other.asked.length, 1);
});
