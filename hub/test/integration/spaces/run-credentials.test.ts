// What the hub gives out for a run is good in that run, while the runner that has it, or a hub that was started anew, knows of it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { askForAll, askRoutes, directly, useAll } from '../../harness/run-credentials.ts';
import { GOOD, openStartableRuns, REFUSED } from '../../harness/startable-runs.ts';

const proving = (proof: string) => directly({ 'x-holdfast-run': proof });

async function until(wanted: readonly number[], ask: () => Promise<readonly number[]>): Promise<void> {
  let last: readonly number[] = [];
  for (let tries = 0; tries < 2_400; tries += 1) {
    last = await ask();
    if (JSON.stringify(last) === JSON.stringify(wanted)) return;
    await delay(25);
  }
  assert.deepEqual(last, wanted);
}

void test('what was given out for a run is good with its proof alone; without a run all is as before', async () => {
  await using stack = new AsyncDisposableStack();
  const { opened, model, start } = await openStartableRuns(stack);
  const { hub } = opened;
  const [own, other] = [await start(), await start()];
  const given = async () => await askForAll(proving(own.proof), hub.url, model);
  assert.deepEqual(await useAll(proving(own.proof), await given()), GOOD);
  assert.deepEqual(await useAll(proving(other.proof), await given()), REFUSED);
  assert.deepEqual(await useAll(directly(), await given()), REFUSED);
  const free = async () => await askForAll(directly(), hub.url, model);
  for (const ask of [directly(), proving(own.proof)]) assert.deepEqual(await useAll(ask, await free()), GOOD);
  assert.doesNotMatch(JSON.stringify(await free()), /run=/);
  assert.deepEqual(await useAll(proving(`${own.run}.${'A'.repeat(43)}`), await free()), REFUSED);
  assert.deepEqual(await askRoutes(proving('wrong'), hub.url, model), [401, 401]);
});

void test('runs go on where runner or hub say hello again, and end with a runner that has them no more', async () => {
  await using stack = new AsyncDisposableStack();
  const { opened, model, space, start } = await openStartableRuns(stack);
  const { hub, runner } = opened;
  const [kept, lost] = [await start(), await start()];
  runner.able(null, [{ space, run: kept.run }]);
  await until([401, 401], async () => await askRoutes(proving(lost.proof), hub.url, model));
  assert.deepEqual(await askRoutes(proving(kept.proof), hub.url, model), [200, 200]);
  runner.gone();
  await until([401, 401], async () => await askRoutes(proving(kept.proof), hub.url, model));
});

void test('a pause ends what was given out for the runs of the Space, before they have ended', async () => {
  await using stack = new AsyncDisposableStack();
  const { opened, model, start } = await openStartableRuns(stack);
  const { hub, ask } = opened;
  const { proof } = await start();
  const given = await askForAll(proving(proof), hub.url, model);
  assert.equal((await ask('POST', '/pause')).status, 200);
  await until([401, 401], async () => await askRoutes(proving(proof), hub.url, model));
  assert.deepEqual(await useAll(proving(proof), given), REFUSED);
});
