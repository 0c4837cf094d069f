// Keys that several instances make at the same instant in one folder: all go on with the same ones.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { openKeys } from '@holdfast/supervisor/keys';

const ROUNDS = 20;
const AT_ONCE = 8;

function openFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-keys-'));
  return {
    path,
    [Symbol.dispose]: () => {
      rmSync(path, { recursive: true });
    },
  };
}

async function openSome(folder: string): Promise<string[]> {
  const opened = await Promise.all(Array.from({ length: AT_ONCE }, () => openKeys(folder, true)));
  return opened.map((keys) => JSON.stringify(Object.values(keys).map((key) => key.reveal('to compare'))));
}

void test('openKeys() gives everybody the same keys, however many make them at once', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    using folder = openFolder();
    const seen = new Set(await openSome(folder.path));
    assert.equal(seen.size, 1, `round ${String(round)}`);
    const [kept] = seen;
    assert.deepEqual(new Set(await openSome(folder.path)), new Set([kept]), 'and keeps them');
  }
});

void test('openKeys() leaves the keys alone in the folder, closed to others', async () => {
  using folder = openFolder();
  await openSome(folder.path);
  const names = readdirSync(folder.path).sort();
  const passwords = ['hub', 'notary', 'owner', 'superuser', 'vault'].map(
    (name) => `postgres-${name}.password`,
  );
  assert.deepEqual(names, ['hub-hours.key', 'hub.key', ...passwords]);
  for (const name of names) {
    assert.equal(statSync(join(folder.path, name)).mode & 0o777, 0o600, name);
    assert.ok(readFileSync(join(folder.path, name), 'utf8').length > 40, name);
  }
});
