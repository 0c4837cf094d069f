// How much a Space may have, to the last secret and byte, and that a variable has one meaning.
import assert from 'node:assert/strict';
import test from 'node:test';
import { requireFit, requireFree } from './fit.ts';
import { MOST_BROKERED, MOST_SECRETS, MOST_TOGETHER, type KeptVersion } from './model.ts';

function version(name: string, more: Partial<KeptVersion> = {}): KeptVersion {
  return {
    ...{ id: name, space: 's', name, n: 1, way: 'variable', hosts: [], places: [], provider: null, bytes: 1 },
    sealedIn: 'hub',
    ...{ expiresAt: null, description: '', value: Buffer.of(0), createdAt: new Date(0), liveUntil: null },
    ...{ uses: 0, lastUsedAt: null, echoedAt: null, ...more },
  };
}

void test('a Space has so many secrets, and one of them may be replaced', () => {
  const kept = Array.from({ length: MOST_SECRETS }, (_, n) => version(`S${n}`));
  assert.equal(MOST_SECRETS, 100);
  requireFit(version('MORE'), kept.slice(1));
  requireFit(version('S7', { n: 2 }), kept);
  assert.throws(() => requireFit(version('MORE'), kept), /at most 100 secrets/);
});

void test('they have so many bytes together, those in their overlap too', () => {
  assert.equal(MOST_TOGETHER, 262_144);
  const kept = [
    version('A', { bytes: 200_000, liveUntil: new Date(1) }),
    version('A', { bytes: 60_000, n: 2 }),
  ];
  requireFit(version('B', { bytes: 2_144 }), kept);
  assert.throws(() => requireFit(version('B', { bytes: 2_145 }), kept), /at most 262144 bytes together/);
});

void test('those that are brokered have so many, and one that is replaced makes room', () => {
  assert.equal(MOST_BROKERED, 4_096);
  const way = 'brokered';
  const kept = [
    version('A', { way, bytes: 4_000 }),
    version('B', { way, bytes: 90 }),
    version('C', { bytes: 9_000 }),
  ];
  requireFit(version('D', { way, bytes: 6 }), kept);
  requireFit(version('A', { way, bytes: 4_006, n: 2 }), kept);
  requireFit(version('D', { bytes: 7 }), kept);
  assert.throws(() => requireFit(version('D', { way, bytes: 7 }), kept), /brokered .* at most 4096 bytes/);
});

void test('no variable has two meanings for an app', () => {
  const file = version('FOO', { way: 'file' });
  const path = version('FOO_FILE');
  for (const [one, other] of [
    [file, path],
    [path, file],
    [version('FOO_FILE', { way: 'file' }), file],
  ] as const)
    assert.throws(() => requireFit(one, [other]), /finds the path of the file FOO in FOO_FILE/);
  requireFit(version('FOO'), [path]);
  requireFit(path, [version('FOO')]);
  requireFit(version('FOO', { n: 2, way: 'file' }), [file]);
  requireFree(version('FOO'), ['FOO_FILE']);
  assert.throws(() => requireFree(file, ['FOO_FILE']), /the variable FOO_FILE would stand as well/);
  assert.throws(() => requireFree(path, ['FOO_FILE']), /has a variable FOO_FILE/);
});
