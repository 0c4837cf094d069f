// The mail server in the configuration: defaults, and every mistake by its name.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfigFile } from './config-file.ts';

const GOOD = { host: 'mail.example.org', from: 'Holdfast <hub@example.org>' };

function problemsOf(mail: object): string {
  const problems: string[] = [];
  parseConfigFile(JSON.stringify({ mail }), 'config.json', problems);
  return problems.join('\n');
}

void test('parseConfigFile() takes a mail server, with the port by custom', () => {
  const portOf = (more: object): number | undefined =>
    parseConfigFile(JSON.stringify({ mail: { ...GOOD, ...more } }), 'config.json', [])?.mail?.port;
  assert.deepEqual(
    [portOf({}), portOf({ security: 'tls' }), portOf({ security: 'off' }), portOf({ port: 2525 })],
    [587, 465, 25, 2525],
  );
  assert.equal(problemsOf({ ...GOOD, user: 'hub', passwordFile: '/etc/holdfast/mail' }), '');
  assert.equal(parseConfigFile('{}', 'config.json', [])?.mail, null);
});

void test('parseConfigFile() names what is wrong with a mail server', () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ from: GOOD.from }, /mail\.host/],
    [{ host: 'mail.example.org' }, /mail\.from/],
    [{ ...GOOD, host: 'smtp://mail.example.org' }, /mail\.host: is not the name/],
    [{ ...GOOD, host: 'mail.example.org:587' }, /the port goes into mail\.port/],
    [{ ...GOOD, from: 'nobody' }, /mail\.from: is not a sender/],
    [{ ...GOOD, from: 'Hub <hub@example.org' }, /without the other/],
    [{ ...GOOD, from: 'hub@example.org\r\nBcc: eve@example.org' }, /mail\.from/],
    [{ ...GOOD, user: 'hub' }, /mail\.passwordFile: is missing/],
    [{ ...GOOD, passwordFile: '/etc/holdfast/mail' }, /mail\.user: is missing/],
    [{ ...GOOD, user: 'hub', passwordFile: 'mail' }, /not an absolute path/],
    [{ ...GOOD, certificates: 'ca.pem' }, /mail\.certificates: is not an absolute path/],
    [{ ...GOOD, security: 'off', certificates: '/x/ca.pem' }, /nobody would look at them/],
    [{ ...GOOD, security: 'off', user: 'hub', passwordFile: '/x/y' }, /mail\.security: is "off"/],
    [{ ...GOOD, password: 'secret' }, /Unrecognized key: "password"/],
  ];
  for (const [mail, pattern] of cases) {
    const problems = problemsOf(mail);
    assert.match(problems, pattern);
    assert.doesNotMatch(problems, /secret/);
  }
});
