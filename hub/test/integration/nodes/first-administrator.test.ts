// Hubs that see a database without an administrator at the same instant: one of them makes it, the others serve all the
// same and claim no password.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type HubStart } from '@holdfast/supervisor/settings';
import { firstStart } from '../../../src/first-start.ts';
import { openServedHub } from '../../harness/served-hub.ts';

const HUBS = 4;

function startOf(n: number): HubStart {
  const settings = {
    instance: String(n).padStart(24, '0'),
    version: '0',
    separation: 'none',
    access: 'signed-in',
    operator: { name: 'test', uid: 0 },
    postgres: { user: `holdfast_hub_${n}` },
    firstAdmin: { name: 'admin', email: 'admin@localhost' },
    sealed: null,
    lost: null,
  };
  const secrets = { adminPassword: `password of hub ${n}` };
  return { type: 'start', settings, secrets } as unknown as HubStart;
}

void test('firstStart() makes one administrator, whoever else starts', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 3; round += 1) {
    await using hub = await openServedHub();
    const starts = Array.from({ length: HUBS }, (_, n) => firstStart(hub.modules, startOf(n)));
    const made = await Promise.all(starts);
    assert.equal(made.filter(Boolean).length, 1);
    assert.equal(await hub.modules.identity.hasNoAdministrator(), false);
  }
});
