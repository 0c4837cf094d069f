// Programs that want everything, each beside a neighbour that works and a server that answers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { levelsHere, openMachine, waysHere } from './harness/machine.ts';
import { BOMBS } from './look-around/bombs.ts';
import { underGvisor } from './look-around/gvisor.ts';
import { type Blast } from './look-around/neighbourhood.ts';

/** Times may grow by this factor, and by what a scheduler takes in any case: processors are shared, and tests run beside others. */
const FACTOR = 3;
const SLACK = 15;
// Without control groups of their own, which root makes, sandboxes have no limits as a whole.
const skip = process.getuid?.() === 0 ? false : 'control groups are needed';

// Limits are the same at both levels, and for both runtimes.
const ways =
  process.env['HOLDFAST_TEST_LONG'] === '1'
    ? waysHere()
    : waysHere().filter(({ level, runtime }) => level === levelsHere()[0] && runtime === 'bubblewrap');

for (const { level, runtime } of ways)
  void test(`bombs hurt nobody else, under ${runtime}, started as for ${level}`, { skip }, async (t) => {
    await using machine = await openMachine(level, runtime);
    const blasts = (await machine.run('let bombs go off')) as readonly Blast[];
    for (const bomb of BOMBS)
      await t.test(bomb.name, () => {
        const blast = blasts.find((each) => each.name === bomb.name);
        assert.ok(blast);
        const { name, expects } = bomb;
        const expected = runtime === 'gvisor' ? underGvisor(name, expects, 'run') : expects;
        if (typeof expected === 'string') assert.equal(blast.said, expected);
        else assert.match(blast.said, expected);
        t.diagnostic(`${bomb.name}: ${JSON.stringify(blast)}`);
        for (const { alone, beside } of [blast.neighbour, blast.hub])
          assert.ok(
            beside <= alone * FACTOR + SLACK,
            `${String(alone)} ms alone, ${String(beside)} ms beside it`,
          );
      });
  });
