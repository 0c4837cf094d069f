// Secrets of Spaces are set, listed, replaced and deleted; each act is on the ledger, and no value is anywhere but in the vault.
import assert from 'node:assert/strict';
import test from 'node:test';
import { EntrySearch } from '../../../src/modules/ledger/index.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { BY, id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { startRun } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const OPENAI = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;

async function list(vault: TestVault, space: string, call: number) {
  vault.hub.say({ type: 'list', id: call, space });
  const answer = await vault.hub.until((frame) => frame.type === 'done' && frame.id === call);
  assert.ok(answer.type === 'done');
  return answer.secrets;
}

async function kindsOf({ database }: TestVault, kind = 'secret.'): Promise<string[]> {
  const { items } = await new EntrySearch(database.db).list({ kind }, { limit: 100 });
  return items.map((item) => item.kind).toReversed();
}

void test('how a secret reaches the app is decided by what it is, and said', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = id();
  await vault.write(space, { key: 'OPENAI_API_KEY', value: OPENAI, description: 'of the team' });
  await vault.write(space, { key: 'PLAIN', value: 'anything' });
  await vault.write(space, { key: 'CERT', value: 'line\nline', way: 'file' });
  await vault.write(space, { key: 'OWN', value: 'a-long-key-of-our-own-123', hosts: ['api.acme.dev'] });
  const said = await list(vault, space, 900);
  assert.deepEqual(
    said.map(({ name, way, hosts }) => [name, way, hosts]),
    [
      ['CERT', 'file', []],
      ['OPENAI_API_KEY', 'brokered', ['api.openai.com']],
      ['OWN', 'brokered', ['api.acme.dev']],
      ['PLAIN', 'variable', []],
    ],
  );
  assert.equal(said[1]?.description, 'of the team');
  assert.deepEqual((await kindsOf(vault)).slice(1), ['secret.set', 'secret.set', 'secret.set', 'secret.set']);
});

void test(
  'what cannot be a secret is refused with what to do, and the answer quotes no value',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = id();
    const value = 'sk-do-not-quote-me-0123456789';
    for (const [body, why] of [
      ['{"key":"A","value":"sk-do-not-quote-me', /end|string/],
      [{ value }, /`key`/],
      [{ key: '1A', value }, /`key`/],
      [{ key: 'A' }, /`value` is missing/],
      [{ key: 'A', value: '' }, /empty/],
      [{ key: 'A', value: 'x'.repeat(32_769) }, /32769 bytes/],
      [{ key: 'PATH', value }, /set by the hub/],
      [{ key: 'LD_PRELOAD', value }, /set by the hub/],
      [{ key: 'SSL_CERT', value, way: 'file' }, /SSL_CERT_FILE is set by the hub/],
      [{ key: 'A', value, way: 'mail' }, /`way`/],
      [{ key: 'A', value, way: 'brokered' }, /no host/],
      [{ key: 'A', value, hosts: ['*.acme.dev'] }, /exactly/],
      [{ key: 'A', value, hosts: ['10.0.0.1'] }, /address/],
      [{ key: 'A', value, hosts: ['localhost'] }, /no name of a host/],
      [{ key: 'A', value, hosts: ['api.acme.dev', 'hub.acme.dev'] }, /name of this hub/],
      [{ key: 'A', value, hosts: ['ann-demo.spaces.acme.dev'] }, /name of this hub/],
      [{ key: 'A', value, hosts: ['[::1]'] }, /address/],
      [{ key: 'A', value, hosts: ['2130706433'] }, /./],
      [
        { key: 'A', value: 'gr\u00fc\u00dfe-aus-der-ferne-1234567890', hosts: ['api.acme.dev'] },
        /cannot be brokered/,
      ],
      [
        { key: 'A', value: 'first-line-1234567890\nsecond-line', hosts: ['api.acme.dev'] },
        /cannot be brokered/,
      ],
      [{ key: 'A', value, hosts: ['me.github.io'] }, /anybody can get a name/],
      [{ key: 'A', value, way: 'file', hosts: ['api.acme.dev'] }, /brokered/],
      [{ key: 'A', value, hosts: ['api.acme.dev'], place: 'body:x' }, /`place`/],
      [{ key: 'A', value: 'zero\u0000byte' }, /zero byte/],
      [{ key: 'A', value: 'two words here, long enough', hosts: ['api.acme.dev'] }, /cannot be brokered/],
      [{ key: 'A', value, expiresAt: '2020-01-01T00:00:00Z' }, /past/],
      [{ key: 'A', value, expiresAt: 'soon' }, /`expiresAt`/],
      [{ key: 'A', value, overlapSeconds: -1 }, /overlapSeconds/],
      [
        { key: 'DB', value: 'postgres://u:p4ssw0rdp4ssw0rd@db.acme.dev/x', way: 'brokered' },
        /cannot be brokered/,
      ],
    ] as const) {
      const answer = await vault.write(space, body);
      assert.equal(answer.type, 'refused', JSON.stringify(body));
      assert.ok(answer.type === 'refused');
      assert.match(answer.why.message, why);
      assert.ok(!answer.why.message.includes('do-not-quote'));
    }
    assert.deepEqual(await list(vault, space, 900), []);
    assert.ok(!vault.lines.join().includes('do-not-quote'));
  },
);

void test('a key of AWS is seen by the app unless its hosts are named', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = id();
  const value = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  const set = async (more: object) => {
    const answer = await vault.write(space, { key: 'AWS_SECRET_ACCESS_KEY', value, ...more });
    assert.ok(answer.type === 'done', JSON.stringify(answer));
    return answer.secrets.map(({ way, provider, hosts, places }) => [way, provider, hosts, places[0]?.in])[0];
  };
  assert.deepEqual(await set({}), ['variable', 'aws', [], undefined]);
  assert.equal((await startRun(vault, space)).variables['AWS_SECRET_ACCESS_KEY'], value);
  const hosts = ['s3.eu-west-1.amazonaws.com'];
  assert.deepEqual(await set({ hosts }), ['brokered', 'aws', hosts, 'aws-signature']);
  assert.notEqual((await startRun(vault, space)).variables['AWS_SECRET_ACCESS_KEY'], value);
});

void test(
  'a file and another secret do not stand in one variable, and what was there stays',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = id();
    const write = async (key: string, way: string) => {
      const answer = await vault.write(space, { key, way, value: `${key} as ${way}` });
      return answer.type === 'refused' ? answer.why.message : answer.type;
    };
    assert.equal(await write('FOO_FILE', 'variable'), 'done');
    assert.match(await write('FOO', 'file'), /FOO_FILE, where the secret FOO_FILE would stand/);
    assert.equal(await write('FOO', 'variable'), 'done');
    assert.match(await write('FOO', 'file'), /FOO_FILE/);
    assert.equal(await write('BAR', 'file'), 'done');
    assert.match(await write('BAR_FILE', 'variable'), /the path of the file BAR/);
    const { variables, files } = await startRun(vault, space);
    assert.deepEqual(variables, { FOO: 'FOO as variable', FOO_FILE: 'FOO_FILE as variable' });
    assert.deepEqual(Object.keys(files), ['BAR']);
  },
);

void test(
  'a secret that is set again is replaced, one that is deleted is gone, and so is its key',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = id();
    for (const value of ['first-value-1', 'second-value-2']) await vault.write(space, { key: 'A', value });
    await vault.write(space, { key: 'B', value: 'third-value-3' });
    assert.deepEqual(
      (await list(vault, space, 900)).map(({ name, n }) => [name, n]),
      [
        ['A', 2],
        ['B', 1],
      ],
    );
    vault.hub.say({ type: 'delete', id: 901, space, name: 'A', by: BY });
    await vault.hub.until((frame) => frame.type === 'done' && frame.id === 901);
    assert.deepEqual(
      (await list(vault, space, 902)).map(({ name }) => name),
      ['B'],
    );
    vault.hub.say({ type: 'delete', id: 903, space, name: 'A', by: BY });
    const answer = await vault.hub.until((frame) => frame.type === 'refused' && frame.id === 903);
    assert.ok(answer.type === 'refused' && answer.why.code === 'missing');
    vault.hub.say({ type: 'forget', id: 904, space, by: BY });
    await vault.hub.until((frame) => frame.type === 'done' && frame.id === 904);
    assert.deepEqual(await list(vault, space, 905), []);
    assert.deepEqual((await kindsOf(vault)).slice(4), ['secret.deleted', 'secret.deleted']);
  },
);

void test('a version in its overlap is not the one that a new run gets', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = id();
  await vault.write(space, { key: 'A', value: 'first-value-1' });
  await vault.write(space, { key: 'A', value: 'second-value-2', overlapSeconds: 60 });
  assert.deepEqual(
    (await list(vault, space, 900)).map(({ n }) => n),
    [2],
  );
});

void test('a vault that is sealed takes and gives nothing, and deletes all the same', LIMIT, async () => {
  await using vault = await openTestVault({ passphrase: 'correct horse' });
  const space = id();
  await vault.write(space, { key: 'A', value: 'a-value' });
  const operator = { osUser: 'root', terminal: null, command: 'vault seal' };
  vault.operator.say({ type: 'seal', operator, passphrase: null });
  const status = await vault.operator.until((frame) => frame.type === 'status');
  assert.ok(status.type === 'status' && status.sealed !== null && status.passphrase);
  const answer = await vault.write(space, { key: 'B', value: 'another' });
  assert.ok(answer.type === 'refused' && answer.why.code === 'sealed');
  vault.hub.say({ type: 'delete', id: 901, space, name: 'A', by: BY });
  await vault.hub.until((frame) => frame.type === 'done' && frame.id === 901);
  assert.ok((await kindsOf(vault)).includes('secret.vault-sealed'));
});

void test('what people wrote reaches the ledger without the keys that are in it', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = id();
  await vault.write(space, { key: 'A', value: 'a-value' });
  const by = { ...BY, personal: { command: `secret delete A # was ${OPENAI}` } };
  vault.hub.say({ type: 'delete', id: 901, space, name: 'A', by });
  await vault.hub.until((frame) => frame.type === 'done' && frame.id === 901);
  await using behind = openSuperuserPool(vault.database);
  const { rows } = await behind.pool.query<{ value: string }>(
    `select value from ledger.personal where field = 'command'`,
  );
  assert.deepEqual(
    rows.map(({ value }) => value),
    ['secret delete A # was [key of OpenAI]'],
  );
});

void test(
  'the names and hosts that people chose reach it without the keys that are in them',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = id();
    // Somebody who pastes the value into the field of the name.
    const pasted = `ghp_${'aB3dE5gH7jK9'.repeat(3)}`;
    const label = 'glpat-x7k2m9q4w1e8r5t3y6u0';
    const host = `${label}.acme.dev`;
    await vault.write(space, { key: pasted, value: 'a-long-key-of-our-own-123', hosts: [host] });
    const said = await list(vault, space, 900);
    assert.deepEqual(
      said.map(({ name, hosts }) => [name, hosts]),
      [[pasted, [host]]],
      'what the vault itself goes by stays',
    );
    vault.hub.say({ type: 'delete', id: 901, space, name: pasted, by: BY });
    await vault.hub.until((frame) => frame.type === 'done' && frame.id === 901);
    await using behind = openSuperuserPool(vault.database);
    const { rows } = await behind.pool.query<{ kind: string; body: string }>(
      `select kind, body::text as body from ledger.entry where subject like 'secret:%' order by at`,
    );
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      ['secret.set', 'secret.deleted'],
    );
    for (const { body } of rows) {
      assert.ok(!body.includes(pasted) && !body.includes(label), body);
      const facts = JSON.parse(body) as { readonly name: string; readonly hosts: readonly string[] };
      assert.deepEqual([facts.name, facts.hosts], ['[key of GitHub]', ['[key of GitLab].acme.dev']]);
    }
  },
);
