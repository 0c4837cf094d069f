// The configuration file: defaults, and what is refused.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfigFile } from './config-file.ts';

void test('parseConfigFile() fills in defaults around what is given', () => {
  const problems: string[] = [];
  const text = JSON.stringify({ rateLimits: { windowSeconds: 60 }, limits: { jsonBody: 5 } });
  const file = parseConfigFile(text, 'config.json', problems);
  assert.deepEqual(problems, []);
  assert.equal(file?.rateLimits.windowSeconds, 60);
  assert.equal(file?.rateLimits.resolve.anonymous, 3_000);
  assert.equal(file?.limits.jsonBody, 5);
  assert.equal(file?.accounts.postgres, 'holdfast-postgres');
});

void test('parseConfigFile() gives every default without a file', () => {
  const problems: string[] = [];
  const file = parseConfigFile(undefined, 'config.json', problems);
  assert.deepEqual(problems, []);
  assert.equal(file?.rateLimits.api.signedIn, 10_000);
  assert.equal(file?.timeouts.drain, 10_000);
});

void test('parseConfigFile() refuses a misspelt limit, so that the default does not silently stay', () => {
  const problems: string[] = [];
  const text = JSON.stringify({ limits: { jsonBoddy: 5 }, accounts: { hub: 'root; rm' }, rateLimit: {} });
  assert.equal(parseConfigFile(text, 'config.json', problems), undefined);
  assert.equal(problems.length, 3);
  assert.match(problems.join('\n'), /jsonBoddy/);
  assert.match(problems.join('\n'), /accounts\.hub: is not a name of a system user/);
});

void test('parseConfigFile() takes processors for Spaces, each name once, and nothing that apps here do not have', () => {
  const kind = { name: 'cpu-small', title: 'Small', cpus: 0.5, memoryBytes: 2 ** 29 };
  const told = (hardware: unknown): string => {
    const problems: string[] = [];
    parseConfigFile(JSON.stringify({ spaces: { hardware } }), 'config.json', problems);
    return problems.join('');
  };
  assert.equal(told([kind]), '');
  assert.match(told([kind, kind]), /spaces\.hardware: has a name twice/);
  assert.match(told([{ ...kind, name: 't4-small' }]), /hardware\.0\.name: is not the name of processors/);
  assert.notEqual(told([]), '');
  assert.notEqual(told([{ ...kind, memoryBytes: 1 }]), '');
});

void test('parseConfigFile() says that it is not JSON', () => {
  const problems: string[] = [];
  assert.equal(parseConfigFile('{', 'config.json', problems), undefined);
  assert.match(problems.join(''), /^config\.json is not JSON/);
});

void test('parseConfigFile() refuses one system user for two children, who could then read each other', () => {
  const problems: string[] = [];
  const text = JSON.stringify({ accounts: { hub: 'holdfast', prepare: 'holdfast' } });
  assert.equal(parseConfigFile(text, 'config.json', problems), undefined);
  assert.match(problems.join(''), /^config\.json: accounts: are not six different users/);
});

void test('parseConfigFile() keeps entries of the ledger for ever, or for 30 days and more', () => {
  const keepDaysOf = (ledger: object): number | null | undefined =>
    parseConfigFile(JSON.stringify({ ledger }), 'config.json', [])?.ledger.keepDays;
  assert.deepEqual([{}, { keepDays: 30 }, { keepDays: 29 }].map(keepDaysOf), [null, 30, undefined]);
});

void test('parseConfigFile() refuses a witness behind whose address nothing can be added', () => {
  for (const more of ['?key=1', '#part', '?'])
    for (const [part, is] of [
      ['witnesses', false],
      ['url', true],
    ] as const) {
      const problems: string[] = [];
      const address = `https://witness.example.org/log${more}`;
      const checkpoints = { [part]: part === 'url' ? address : [address] };
      const parsed = parseConfigFile(JSON.stringify({ checkpoints }), 'config.json', problems);
      assert.equal(parsed !== undefined, is, address);
      if (!is) assert.match(problems.join(''), /checkpoints\.witnesses.*has a question \(\?\) or a fragment/);
    }
});

void test('parseConfigFile() refuses a user name or password in the address for checkpoints', () => {
  for (const user of ['me:secret@', 'me@', ':secret@']) {
    const problems: string[] = [];
    const address = `https://${user}witness.example.org/`;
    for (const checkpoints of [{ url: address }, { witnesses: [address] }])
      assert.equal(parseConfigFile(JSON.stringify({ checkpoints }), 'config.json', problems), undefined);
    assert.equal(problems.length, 2);
    for (const problem of problems) assert.match(problem, /holds a user name or a password/);
    assert.doesNotMatch(problems.join('\n'), /secret/);
  }
});
