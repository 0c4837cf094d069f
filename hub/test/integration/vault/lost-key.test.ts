// A root key that is lost: the vault says what is lost and what is not, what takes access away works, no other key is made, and
// all is there again once the key is put back.
import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { openTestDatabase } from '../../harness/database.ts';
import { openTestNotary } from '../../harness/notary.ts';
import { openScratch } from '../../harness/scratch.ts';
import { BY, id } from '../../harness/vault.ts';
import { VaultProcess } from '../../harness/vault-process.ts';

const OPERATOR = { operator: { osUser: 'root', terminal: null, command: 'vault' }, passphrase: null };

void test('a lost root key', { timeout: 120_000 }, async () => {
  await using database = await openTestDatabase();
  await using scratch = await openScratch('lost-key');
  const folder = scratch.path;
  await using notary = await openTestNotary(database.notary, { folder: path.join(folder, 'notary') });
  const site = { database, folder, signer: notary.signer };
  const [key, away] = ['root.key', 'away.key'].map((name) => path.join(folder, name)) as [string, string];
  const space = id();
  {
    await using vault = await VaultProcess.start(site);
    for (const name of ['KEPT', 'GONE'])
      assert.equal((await vault.answer(vault.write(space, { key: name, value: 'a value' }))).type, 'done');
  }
  await rename(key, away);
  {
    await using vault = await VaultProcess.start(site);
    const said = vault.state.sealed ?? '';
    assert.match(said, /root key \(vault\/root\.key among the keys\) is missing/);
    assert.match(said, /values of all secrets are lost unless it is put back/);
    assert.match(said, /repositories, accounts, tokens and the ledger do not need it/);
    const refused = await vault.answer(vault.write(space, { key: 'NEW', value: 'a value' }));
    assert.ok(refused.type === 'refused' && 'why' in refused && typeof refused.why !== 'string');
    assert.equal(refused.why.code, 'sealed');
    vault.say('operator', { type: 'unseal', ...OPERATOR });
    const answer = await vault.until((frame) => frame.type === 'refused' && 'message' in frame);
    assert.match(JSON.stringify(answer), /is missing/, 'no other key is made in its place');
    vault.say('hub', { type: 'delete', id: 900, space, name: 'GONE', by: BY });
    assert.equal((await vault.answer(900)).type, 'done');
    vault.say('hub', { type: 'list', id: 901, space });
    const list = await vault.answer(901);
    assert.deepEqual(list.type === 'done' && list.secrets.map(({ name }) => name), ['KEPT']);
  }
  await rename(away, key);
  await using vault = await VaultProcess.start(site);
  assert.equal(vault.state.sealed, null);
  // Only one who can read it gives it another key.
  vault.say('operator', { type: 'rotate', ...OPERATOR });
  const status = await vault.until((frame) => frame.type === 'status');
  assert.ok(status.type === 'status' && status.generation === 2 && status.kept?.secrets === 1);
});
