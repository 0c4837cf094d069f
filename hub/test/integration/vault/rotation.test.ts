// The root key is rotated while values are set, runs start and doors use what they have: nothing is lost, and nobody is taken for
// somebody who changed the database.
import assert from 'node:assert/strict';
import test from 'node:test';
import { PlayedDoor, untilTrue } from '../../harness/vault-doors.ts';
import { id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { entriesOf, startRun } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const OPENAI = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;
const OPERATOR = { operator: { osUser: 'root', terminal: null, command: 'vault' }, passphrase: null };

/** Rotates once more where a Space was set up meanwhile; gives the generation. */
async function rotate({ operator }: TestVault): Promise<number | null> {
  for (;;) {
    const from = operator.frames.length;
    operator.say({ type: 'rotate', ...OPERATOR });
    const answer = await operator.until((frame) => operator.frames.indexOf(frame) >= from);
    if (answer.type === 'status') return answer.generation;
    assert.ok(answer.type === 'refused');
    assert.match(answer.message, /rotate once more/);
  }
}

/** Starts a run as the runner does: what is refused for now is tried again. */
async function start(vault: TestVault, space: string) {
  for (;;) {
    const run = await startRun(vault, space);
    if (run.answer.type === 'released') return run;
    assert.ok(run.answer.type === 'refused' && run.answer.retry);
  }
}

/** Sets a value and starts a run with it, again and again. */
async function work(vault: TestVault, space: string): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    const value = `${space} ${round}`;
    assert.equal((await vault.write(space, { key: 'PLAIN', value })).type, 'done');
    assert.equal((await start(vault, space)).variables['PLAIN'], value);
  }
}

void test('while the root key is rotated all goes on, and afterwards everything opens', LIMIT, async () => {
  await using vault = await openTestVault();
  const [spaces, own] = [Array.from({ length: 6 }, id), id()];
  await vault.write(own, { key: 'OPENAI_API_KEY', value: OPENAI });
  const run = await start(vault, own);
  const door = new PlayedDoor(vault, run);
  const version = door.grants[0]?.[0]?.version ?? '';
  const [generation] = await Promise.all([
    rotate(vault).then(async () => await rotate(vault)),
    ...spaces.map(async (space) => await work(vault, space)),
    (async () => {
      for (let n = 0; n < 10; n += 1) {
        const { ask, uses } = await door.ask(version);
        assert.ok(uses > 0);
        door.say({ type: 'used', ask, uses: 1 });
      }
    })(),
  ]);
  assert.ok(generation !== null && generation >= 3);
  await untilTrue('all uses', async () => (await entriesOf(vault, 'secret.used')).length === 10);
  for (const space of spaces) assert.equal((await start(vault, space)).variables['PLAIN'], `${space} 3`);
  // Its tag is under the new key: the door is given the next value, and a vault that is started anew grants it again.
  await vault.write(own, { key: 'OPENAI_API_KEY', value: `${OPENAI}x`, overlapSeconds: 60 });
  assert.equal(door.grants.at(-1)?.[0]?.value.toString(), `${OPENAI}x`);
  await vault.notary.stop();
  await using second = await openTestVault({ database: vault.database, folder: vault.folder });
  second.runner.say({ type: 'hello', runs: [run.run] });
  await second.runner.until((frame) => frame.type === 'door' && frame.kind === 'grant');
  assert.equal((await entriesOf(second, 'secret.run-forged')).length, 0);
});

void test('a start beside a rotation is not refused for it', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = id();
  await vault.write(space, { key: 'PLAIN', value: 'the value' });
  await vault.write(space, { key: 'OPENAI_API_KEY', value: OPENAI });
  const going = { on: true };
  const rotations = (async () => {
    let count = 0;
    for (; going.on; count += 1) await rotate(vault);
    return count;
  })();
  // As many as one Space may have at once.
  const answers: string[] = [];
  for (let n = 0; n < 18; n += 1) answers.push((await startRun(vault, space)).answer.type);
  going.on = false;
  assert.ok((await rotations) > 1);
  assert.deepEqual(answers, Array<string>(18).fill('released'));
  assert.deepEqual(
    vault.lines.filter((line) => line.includes('could not do') || line.includes('cannot be read')),
    [],
  );
});
