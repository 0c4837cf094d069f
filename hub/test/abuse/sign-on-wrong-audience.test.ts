// A token that was made for another client, or by another issuer, opens nothing here.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CLIENT, queryOf, START, startForgedIssuer } from '../harness/forged-issuer.ts';

void test('a token for somebody else is refused', async () => {
  await using issuer = await startForgedIssuer();
  const cases = [
    { aud: 'another' },
    { aud: ['another', 'third'] },
    { aud: `${CLIENT} ` },
    // For both of us, and handed out to the other.
    { aud: [CLIENT, 'another'], azp: 'another' },
    { aud: [CLIENT, 'another'] },
    { iss: 'https://another.example.org' },
    { iss: `${issuer.address}/` },
  ];
  for (const claims of cases) {
    issuer.forge({ claims });
    const outcome = await issuer.client().end(START, queryOf());
    assert.deepEqual(outcome, { kind: 'invalid' }, JSON.stringify(claims));
  }
});
