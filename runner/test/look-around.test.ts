// Looks around from inside, as an app and as a package that is built: what each probe says must be what the table says.
import assert from 'node:assert/strict';
import test from 'node:test';
import { levelsHere, openMachine } from './harness/machine.ts';
import { type Sayings } from './look-around/look.ts';
import { LOOKS } from './look-around/table.ts';

for (const level of levelsHere())
  for (const mode of ['run', 'build'] as const)
    void test(`code that looks around in a ${mode} finds nothing, started as for ${level}`, async (t) => {
      await using machine = await openMachine(level);
      const sayings = (await machine.run(`look around in a ${mode}`)) as Sayings;
      const probes = LOOKS.flatMap((group) => group.probes);
      assert.ok(probes.length >= 80);
      assert.equal(
        new Set(probes.map((each) => each.name)).size,
        probes.length,
        'each has a name of its own',
      );
      for (const { name, expects } of probes)
        await t.test(name, () => {
          assert.equal(sayings[name], expects);
        });
    });
