// Values that a browser sealed for the vault: kept and handed over as any other, recognised by what they are, and noted as what they
// are; by keys that outlive a restart and end with their day or with the root key.
import assert from 'node:assert/strict';
import test from 'node:test';
import { formKeyOf, sealedBody } from '../../harness/sealed-form.ts';
import { id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { entriesOf, startRun } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const OPENAI = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;
const OPERATOR = { operator: { osUser: 'root', terminal: null, command: 'vault' }, passphrase: null };
const DAY_MS = 24 * 3_600 * 1_000;

/** Sets a secret as the page with script does; what the vault says of it. */
async function set(
  vault: TestVault,
  space: string,
  { value, ...wish }: { key: string; value: string; way?: string; hosts?: string[]; overlapSeconds?: number },
) {
  return await vault.write(space, await sealedBody(await formKeyOf(vault, space), wish, value));
}

async function whyNot(answer: ReturnType<typeof set>): Promise<string> {
  const said = await answer;
  assert.ok(said.type === 'refused', JSON.stringify(said));
  return `${said.why.code}: ${said.why.message}`;
}

void test(
  'a value that was sealed in a browser is recognised, kept, released and noted as that',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = id();
    const ways = [
      await set(vault, space, { key: 'OPENAI_API_KEY', value: OPENAI }),
      await set(vault, space, { key: 'CERT', value: 'line\nline \u00e9 \u0416', way: 'file' }),
      await set(vault, space, {
        key: 'OWN',
        value: 'a-long-key-of-our-own-123',
        hosts: ['api.acme.dev', 'b.acme.dev'],
      }),
      await vault.write(space, { key: 'PLAIN', value: 'through the hub' }),
    ].map((answer) => (answer.type === 'done' ? answer.secrets[0] : assert.fail(JSON.stringify(answer))));
    assert.deepEqual(
      ways.map((one) => [one?.name, one?.way, one?.hosts, one?.sealedIn]),
      [
        ['OPENAI_API_KEY', 'brokered', ['api.openai.com'], 'browser'],
        ['CERT', 'file', [], 'browser'],
        ['OWN', 'brokered', ['api.acme.dev', 'b.acme.dev'], 'browser'],
        ['PLAIN', 'variable', [], 'hub'],
      ],
    );
    const { variables, files } = await startRun(vault, space);
    assert.equal(variables['PLAIN'], 'through the hub');
    assert.equal(String(files['CERT']), 'line\nline \u00e9 \u0416');
    assert.deepEqual(
      (await entriesOf(vault, 'secret.set')).map(({ body }) => [body['name'], body['sealedIn']]),
      [
        ['PLAIN', 'hub'],
        ['OWN', 'browser'],
        ['CERT', 'browser'],
        ['OPENAI_API_KEY', 'browser'],
      ],
    );
    assert.ok(!vault.lines.join().includes(OPENAI));
  },
);

void test('what cannot be kept is refused in the same words when it comes sealed', LIMIT, async () => {
  await using vault = await openTestVault({ passphrase: 'correct horse' });
  const space = id();
  assert.match(
    await whyNot(set(vault, space, { key: 'A', value: '' })),
    /^invalid: `value` is missing or empty/,
  );
  assert.match(
    await whyNot(set(vault, space, { key: 'A', value: 'x'.repeat(32_769) })),
    /^invalid: .*32769 bytes/,
  );
  assert.match(await whyNot(set(vault, space, { key: '1A', value: 'b' })), /^invalid: `key`/);
  assert.match(
    await whyNot(set(vault, space, { key: 'A', value: 'short', hosts: ['a.acme.dev'] })),
    /cannot be brokered/,
  );
  const key = await formKeyOf(vault, space);
  vault.operator.say({ type: 'seal', ...OPERATOR });
  await vault.operator.until((frame) => frame.type === 'status');
  assert.match(
    await whyNot(vault.write(space, await sealedBody(key, { key: 'A' }, 'b'))),
    /^sealed: The vault is sealed/,
  );
  vault.hub.say({ type: 'form-key', id: 900 });
  const answer = await vault.hub.until((frame) => frame.type === 'refused' && frame.id === 900);
  assert.ok(answer.type === 'refused' && answer.why.code === 'sealed', 'and no key is given');
});

void test(
  'a page that was opened before a restart sends what the vault opens; after a rotation or two days it does not',
  LIMIT,
  async () => {
    let now = Date.now();
    const clock = { now: () => new Date(now) };
    await using vault = await openTestVault({ clock });
    const space = id();
    const key = await formKeyOf(vault, space);
    const [first, second, third] = await Promise.all(
      ['first', 'second', 'third'].map(async (value) => await sealedBody(key, { key: 'A' }, value)),
    );
    await vault.notary.stop();
    await using again = await openTestVault({ clock, database: vault.database, folder: vault.folder });
    assert.equal((await again.write(space, first ?? '')).type, 'done');
    now += DAY_MS;
    assert.notEqual((await formKeyOf(again, space)).publicKey, key.publicKey, 'each day has another');
    assert.equal((await again.write(space, second ?? '')).type, 'done');
    now += DAY_MS;
    assert.match(
      await whyNot(again.write(space, third ?? '')),
      /^not-opened: the page was open for too long/,
    );
    const late = await sealedBody(await formKeyOf(again, space), { key: 'A' }, 'fourth');
    again.operator.say({ type: 'rotate', ...OPERATOR });
    await again.operator.until((frame) => frame.type === 'status');
    assert.match(await whyNot(again.write(space, late)), /^not-opened: the page was open for too long/);
    assert.equal((await set(again, space, { key: 'A', value: 'fifth' })).type, 'done');
  },
);
