// A token that is too old, or not yet good, opens nothing; nor does a proof that is older than was asked for.
import assert from 'node:assert/strict';
import test from 'node:test';
import { queryOf, START, startForgedIssuer } from '../harness/forged-issuer.ts';

const now = (): number => Math.floor(Date.now() / 1_000);

void test('an expired token is refused', async () => {
  await using issuer = await startForgedIssuer();
  for (const claims of [{ exp: now() - 60 }, { exp: 0 }, { exp: undefined }, { nbf: now() + 600 }]) {
    issuer.forge({ claims: claims as never });
    const outcome = await issuer.client().end(START, queryOf());
    assert.deepEqual(outcome, { kind: 'invalid' }, JSON.stringify(claims));
  }
});

void test('where the issuer is to ask anew, an answer from before is refused', async () => {
  await using issuer = await startForgedIssuer();
  const anew = { ...START, anew: true };
  issuer.forge({ claims: { auth_time: now() - 5 } });
  assert.equal((await issuer.client().end(anew, queryOf())).kind, 'claims');
  for (const claims of [{ auth_time: now() - 3_600 }, {}]) {
    issuer.forge({ claims });
    assert.deepEqual(await issuer.client().end(anew, queryOf()), { kind: 'invalid' }, JSON.stringify(claims));
  }
});
