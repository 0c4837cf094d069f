// How a vault's own root key is to the one that the ledger names.
import assert from 'node:assert/strict';
import test from 'node:test';
import { standingOf } from './named-root.ts';

void test('a vault goes on with the key that is named, and names what nobody has', () => {
  const own = { generation: 3, name: 'a' };
  for (const [named, standing] of [
    [undefined, 'unnamed'],
    [{ generation: 3, name: 'a' }, 'named'],
    [{ generation: 3, name: 'b' }, 'outdated'],
    [{ generation: 4, name: 'a' }, 'outdated'],
    // Begun anew, and not made or named yet.
    [{ generation: 3, name: null }, 'unnamed'],
    [{ generation: 4, name: null }, 'outdated'],
    // Broken off between the file and the name; or a database that was set back.
    [{ generation: 2, name: 'b' }, 'unnamed'],
  ] as const)
    assert.equal(standingOf(own, named), standing, JSON.stringify(named));
});
