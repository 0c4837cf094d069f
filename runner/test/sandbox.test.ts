// The contract of sandboxes, kept where the runner is root of a user namespace and where it is an ordinary user.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type KnownProcess, endProcess, isAlive } from '../src/sandbox/index.ts';
import { CONTRACT } from './harness/contract.ts';
import { levelsHere, openMachine, waysHere } from './harness/machine.ts';

// Starting through gVisor takes longer: at one level, where nobody asked for all.
const ways = waysHere().filter(
  ({ level, runtime }) =>
    runtime === 'bubblewrap' || level === levelsHere()[0] || process.env['HOLDFAST_TEST_LONG'] === '1',
);

for (const { level, runtime } of ways)
  void test(`${runtime} keeps the contract of sandboxes, started as for ${level}`, async (t) => {
    await using machine = await openMachine(level, runtime);
    for (const name of Object.keys(CONTRACT))
      await t.test(name, async () => {
        await machine.run(name);
      });
  });

// As for an ordinary user to whom nobody delegated any. Of what gVisor keeps for a program, its processes tell only a part.
for (const level of levelsHere())
  void test(`what a sandbox uses is told without control groups, under bubblewrap, started as for ${level}`, async () => {
    await using machine = await openMachine(level, 'bubblewrap', { isGrouped: false });
    await machine.run('what it uses is told');
  });

// In an instance, the runner's own sandbox ends with it, too; here nothing but what a sandbox itself does about it.
for (const { level, runtime } of ways)
  void test(`a sandbox ends with whoever made it, killed as they may be, under ${runtime}, started as for ${level}`, async () => {
    await using machine = await openMachine(level, runtime, { isGrouped: false });
    const made = (await machine.run('have one run')) as readonly KnownProcess[];
    assert.ok(made.length >= 4, `${String(made.length)} processes: it, its child, and those that made it`);
    using stack = new DisposableStack();
    stack.defer(() => made.forEach(endProcess));
    await machine.crash();
    for (const giveUp = Date.now() + 5_000; made.some(isAlive) && Date.now() < giveUp;) await delay(50);
    assert.deepEqual(made.filter(isAlive), []);
  });

for (const level of levelsHere())
  void test(`a Space’s variables reach nothing outside its sandbox, started as for ${level}`, async () => {
    await using machine = await openMachine(level);
    await machine.run('variables stay inside');
  });
