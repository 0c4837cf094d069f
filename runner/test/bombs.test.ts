// Programs that want everything, each beside a neighbour that works and a server that answers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { levelsHere, openMachine } from './harness/machine.ts';
import { BOMBS } from './look-around/bombs.ts';
import { type Blast } from './look-around/neighbourhood.ts';

/** Times may grow by this factor, and by what a scheduler takes in any case: processors are shared, and tests run beside others. */
const FACTOR = 3;
const SLACK = 15;
// Without control groups of their own, which root makes, sandboxes have no limits as a whole.
const skip = process.getuid?.() === 0 ? false : 'control groups are needed';

// Limits are the same at both levels.
const levels = process.env['HOLDFAST_TEST_LONG'] === '1' ? levelsHere() : levelsHere().slice(0, 1);

for (const level of levels)
  void test(`bombs hurt nobody else, started as for ${level}`, { skip }, async (t) => {
    await using machine = await openMachine(level);
    const blasts = (await machine.run('let bombs go off')) as readonly Blast[];
    for (const bomb of BOMBS)
      await t.test(bomb.name, () => {
        const blast = blasts.find((each) => each.name === bomb.name);
        assert.equal(blast?.said, bomb.expects);
        t.diagnostic(`${bomb.name}: ${JSON.stringify(blast)}`);
        for (const { alone, beside } of [blast.neighbour, blast.hub])
          assert.ok(
            beside <= alone * FACTOR + SLACK,
            `${String(alone)} ms alone, ${String(beside)} ms beside it`,
          );
      });
  });
