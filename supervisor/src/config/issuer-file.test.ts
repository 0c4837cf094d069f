// Single sign-on in the configuration: defaults, and every mistake by its name.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfigFile } from './config-file.ts';

const GOOD = { name: 'Example', issuer: 'https://sso.example.org/realms/x', clientId: 'holdfast' };

function problemsOf(singleSignOn: object): string {
  const problems: string[] = [];
  parseConfigFile(JSON.stringify({ singleSignOn }), 'config.json', problems);
  return problems.join('\n');
}

void test('parseConfigFile() takes an issuer, and asks it for the usual', () => {
  const file = parseConfigFile(JSON.stringify({ singleSignOn: GOOD }), 'config.json', []);
  assert.deepEqual(file?.singleSignOn?.scopes, ['openid', 'profile', 'email']);
  assert.equal(file?.singleSignOn?.groupsClaim, 'groups');
  assert.equal(problemsOf({ ...GOOD, issuer: 'http://localhost:9000' }), '');
  assert.equal(problemsOf({ ...GOOD, hosts: ['oauth2.example.org', 'keys.example.org:8443'] }), '');
  assert.equal(problemsOf({ ...GOOD, groups: [{ group: 'a', organization: 'b', role: 'write' }] }), '');
});

void test('parseConfigFile() names what is wrong with an issuer', () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ ...GOOD, issuer: 'sso.example.org' }, /singleSignOn\.issuer/],
    [{ ...GOOD, issuer: 'http://sso.example.org' }, /not reached by https/],
    [{ ...GOOD, issuer: 'https://u:p@sso.example.org' }, /user name or a password/],
    [{ ...GOOD, issuer: 'https://sso.example.org?x=1' }, /a query or a fragment/],
    [{ ...GOOD, clientId: undefined }, /singleSignOn\.clientId/],
    [{ ...GOOD, scopes: ['profile'] }, /lacks "openid"/],
    [{ ...GOOD, hosts: ['https://x.example.org'] }, /is not the name of a host/],
    [{ ...GOOD, secretFile: 'sso.secret' }, /not an absolute path/],
    [{ ...GOOD, certificates: 'ca.pem' }, /singleSignOn\.certificates: is not an absolute path/],
    [
      { ...GOOD, groups: [{ group: 'a', organization: 'b', role: 'owner' }] },
      /singleSignOn\.groups\.0\.role/,
    ],
    [{ ...GOOD, secret: 'x' }, /Unrecognized key: "secret"/],
  ];
  for (const [singleSignOn, pattern] of cases) assert.match(problemsOf(singleSignOn), pattern);
});
