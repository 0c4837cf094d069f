// An app that was taken over asks the hub by its door for links and tokens that are good by themselves, carries them out, and has
// somebody use them elsewhere, or another run, or after its end. And it tries to say for itself for which run it asks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newId } from '@holdfast/kernel/id';
import { LedgerReader } from '../../src/modules/ledger/index.ts';
import { askForAll, askRoutes, carriedTo, directly, useAll, type Ask } from '../harness/run-credentials.ts';
import { HUB_INSIDE, openRunDoor } from '../harness/run-door.ts';
import { GOOD, openStartableRuns, REFUSED, type StartableRuns } from '../harness/startable-runs.ts';

/** What is given out by a door's `ask` works there once more, and is given out anew because an upload is taken once. */
async function giveOut(ask: Ask, { model }: StartableRuns) {
  assert.deepEqual(await useAll(ask, await askForAll(ask, HUB_INSIDE, model)), GOOD);
  return await askForAll(ask, HUB_INSIDE, model);
}

void test('what an app carries out of its run is worth nothing elsewhere, and the refusals are on the ledger', async () => {
  await using stack = new AsyncDisposableStack();
  const ground = await openStartableRuns(stack);
  const { hub } = ground.opened;
  const { proof } = await ground.start();
  const door = stack.use(await openRunDoor(hub, proof));
  const given = await giveOut(door.ask, ground);
  const carried = carriedTo(hub.url, given);
  for (const more of [
    {},
    { 'x-holdfast-run': '' },
    { 'x-holdfast-run': `${newId(new Date())}.${'A'.repeat(43)}` },
  ])
    assert.deepEqual(await useAll(directly(more), carried), REFUSED, JSON.stringify(more));
  const stripped = JSON.parse(JSON.stringify(carried).replaceAll(/&run=[0-9a-f]{24}/g, '')) as typeof carried;
  assert.deepEqual(await useAll(directly(), { ...stripped, upload: carried.upload }), REFUSED);
  assert.deepEqual(await useAll(door.ask, given), GOOD, 'in its run it is still good');
  await hub.modules.refusals.flush();
  const entries = await new LedgerReader(hub.database.db).listOfSubject('instance');
  const noted = entries.filter(({ kind }) => kind === 'refusal.noted');
  const codes = new Set(noted.map(({ body }) => (JSON.parse(body) as { code: string }).code));
  for (const code of ['link.invalid', 'xet.access-invalid', 'xet.fetch-invalid'])
    assert.ok(codes.has(code), code);
});

void test('another run, which has a door and a proof of its own, has nothing of it', async () => {
  await using stack = new AsyncDisposableStack();
  const ground = await openStartableRuns(stack);
  const [one, other] = [await ground.start(), await ground.start()];
  const { hub } = ground.opened;
  const doors = [
    stack.use(await openRunDoor(hub, one.proof)),
    stack.use(await openRunDoor(hub, other.proof)),
  ];
  const [own, foreign] = doors;
  assert.ok(own && foreign);
  const given = await giveOut(own.ask, ground);
  assert.deepEqual(await useAll(foreign.ask, given), REFUSED);
  const without = stack.use(await openRunDoor(hub, null));
  assert.deepEqual(await useAll(without.ask, given), REFUSED, 'nor one without secrets');
});

void test('an app does not say for which run it asks', async () => {
  await using stack = new AsyncDisposableStack();
  const ground = await openStartableRuns(stack);
  const { hub } = ground.opened;
  const { proof } = await ground.start();
  const door = stack.use(await openRunDoor(hub, proof));
  const plain = stack.use(await openRunDoor(hub, null));
  const claims = ['x-holdfast-run', 'X-HOLDFAST-RUN', 'x_holdfast_run', 'x-holdfast_run'];
  const claiming =
    (name: string, value: string): Ask =>
    async (url, wish = {}) =>
      await plain.ask(url, { ...wish, headers: { ...wish.headers, [name]: value } });
  const given = await giveOut(door.ask, ground);
  for (const name of claims) {
    // By somebody's proof that it found out, it would be that run; and by none, nobody's.
    assert.deepEqual(await useAll(claiming(name, proof), given), REFUSED, name);
    const wrong: Ask = async (url, wish = {}) =>
      await door.ask(url, { ...wish, headers: { ...wish.headers, [name]: 'none', connection: name } });
    const own = await askForAll(wrong, HUB_INSIDE, ground.model);
    assert.deepEqual(await useAll(directly(), carriedTo(hub.url, own)), REFUSED, name);
  }
});

void test('with its run ends what was given out for it, and nothing more is given out', async () => {
  await using stack = new AsyncDisposableStack();
  const ground = await openStartableRuns(stack);
  const { hub } = ground.opened;
  const { run, proof } = await ground.start();
  const door = stack.use(await openRunDoor(hub, proof));
  const given = await giveOut(door.ask, ground);
  ground.end(run);
  await untilRefused(async () => await askRoutes(door.ask, HUB_INSIDE, ground.model));
  assert.deepEqual(await askRoutes(door.ask, HUB_INSIDE, ground.model), [401, 401]);
  assert.deepEqual(await useAll(door.ask, given), REFUSED);
  assert.deepEqual(await useAll(directly({ 'x-holdfast-run': proof }), carriedTo(hub.url, given)), REFUSED);
  // What a person has is not theirs.
  assert.deepEqual(await useAll(directly(), await askForAll(directly(), hub.url, ground.model)), GOOD);
});

async function untilRefused(ask: () => Promise<readonly number[]>): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if ((await ask()).includes(401)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail('the end of the run was not heard');
}
