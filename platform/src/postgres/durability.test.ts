// An incident is told once, and so is its end.
import assert from 'node:assert/strict';
import test from 'node:test';
import { watchDurability } from './durability.ts';

void test('watchDurability() tells of what is lacking once, and of its end once', async () => {
  const told: string[] = [];
  const seen: { lacks: readonly string[] | undefined; read: () => Promise<void> } = {
    lacks: undefined,
    read: () => Promise.resolve(),
  };
  const watch = watchDurability(seen, {
    warn: (fields: object) => void told.push(`warn ${JSON.stringify(fields)}`),
    info: () => void told.push('info'),
  });
  const off = ['fsync=off'];
  for (const lacks of [undefined, [], off, off, undefined, off, [], undefined, [], off]) {
    seen.lacks = lacks;
    await watch.look();
  }
  assert.deepEqual(told, ['warn {"settings":["fsync=off"]}', 'info', 'warn {"settings":["fsync=off"]}']);
});
