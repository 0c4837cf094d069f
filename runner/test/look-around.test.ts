// Looks around from inside, as an app and as a package that is built: what each probe says must be what the table says.
import assert from 'node:assert/strict';
import test from 'node:test';
import { levelsHere, openMachine, waysHere } from './harness/machine.ts';
import { listStrangers, underGvisor } from './look-around/gvisor.ts';
import { type Mode, type Sayings } from './look-around/look.ts';
import { LOOKS } from './look-around/table.ts';

// Through a kernel that is a program itself, looking takes longer: once, where nobody asked for all.
const long = process.env['HOLDFAST_TEST_LONG'] === '1';
const isTried = (way: ReturnType<typeof waysHere>[number], mode: Mode): boolean =>
  long || way.runtime === 'bubblewrap' || (way.level === levelsHere()[0] && mode === 'run');

for (const { level, runtime } of waysHere())
  for (const mode of (['run', 'build'] as const).filter((each) => isTried({ level, runtime }, each)))
    void test(`code that looks around in a ${mode} finds nothing, under ${runtime}, started as for ${level}`, async (t) => {
      await using machine = await openMachine(level, runtime);
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
          const expected = runtime === 'gvisor' ? underGvisor(name, expects, mode) : expects;
          if (typeof expected === 'string') assert.equal(sayings[name], expected);
          else assert.match(sayings[name] ?? '', expected);
        });
    });

void test('listStrangers() finds nothing: each difference is one of a probe', () => {
  assert.deepEqual(listStrangers(), []);
});
