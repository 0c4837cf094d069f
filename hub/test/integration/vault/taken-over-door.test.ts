// A door that somebody has taken over says to the vault all that it can: words about what another run has, words of another run's door,
// old words once more, and far too many. It gets nothing of the other's, changes nothing of the other's, and keeps nobody waiting.
import assert from 'node:assert/strict';
import test from 'node:test';
import { DOOR_TO_VAULT, VAULT_TO_DOOR } from '@holdfast/door/run/lease';
import { openSealing } from '@holdfast/kernel/sealing';
import { PlayedDoor, ROUTE, untilTrue } from '../../harness/vault-doors.ts';
import { id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { entriesOf, startRun, stateOf, type TestRun } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const OURS = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;
const THEIRS = `sk-proj-${'zY9xW7vU5tS3rQ1pO9nM7lK5jI3'.repeat(3)}`;
const KINDS = ['secret.lease', 'secret.used', 'secret.echoed', 'secret.misplaced'];

interface Opened {
  readonly run: TestRun;
  readonly door: PlayedDoor;
  readonly version: string;
}

async function openDoor(vault: TestVault, value: string): Promise<Opened> {
  const space = id();
  await vault.write(space, { key: 'OPENAI_API_KEY', value });
  const run = await startRun(vault, space);
  const door = new PlayedDoor(vault, run);
  await door.until(({ type }) => type === 'alive');
  return { run, door, version: door.grants[0]?.[0]?.version ?? assert.fail('nothing is granted') };
}

/** Says a box as if it came from the door of a run. */
function carry(vault: TestVault, run: TestRun, box: string): void {
  vault.runner.say({ type: 'door', run: run.run, box });
}

/** What is recorded of a version's use. */
async function recorded(vault: TestVault, version: string): Promise<string[]> {
  const all = await Promise.all(KINDS.map(async (kind) => await entriesOf(vault, kind)));
  return all.flatMap((entries, n) =>
    entries.filter(({ subject }) => subject === `secret:${version}`).map(() => KINDS[n] ?? ''),
  );
}

/** All that a door can say of another's version; the number is of an answer that the other has. */
function wordsAbout(version: string, ask: number): readonly { readonly type: string }[] {
  return [
    { type: 'ask', version, route: ROUTE },
    { type: 'used', ask, uses: 200 },
    { type: 'echo', version, route: ROUTE },
    { type: 'misplaced', version, host: ROUTE.host, where: 'header a', count: 1 },
    { type: 'alive', versions: [version] },
    { type: 'grant', version },
    { type: 'ended', run: version },
  ].map((word) => ({ ...word }));
}

void test("a door's words about another run's version come to nothing", LIMIT, async () => {
  await using vault = await openTestVault();
  const [taken, other] = [await openDoor(vault, OURS), await openDoor(vault, THEIRS)];
  // Many asks, so that no number of its own is that of an open lease of the other.
  const { ask } = await other.door.ask(other.version);
  const before = await recorded(vault, other.version);
  for (const word of wordsAbout(other.version, ask)) taken.door.say(word);
  assert.equal((await taken.door.ask(other.version)).uses, 0);
  assert.ok((await taken.door.ask(taken.version)).uses > 0, 'its own goes on');
  assert.deepEqual(await recorded(vault, other.version), before);
  assert.ok(taken.door.grants.flat().every(({ version }) => version === taken.version));
  other.door.say({ type: 'used', ask, uses: 3 });
  await untilTrue('the use is told', async () => (await entriesOf(vault, 'secret.used')).length > 0);
  const used = await entriesOf(vault, 'secret.used');
  assert.deepEqual(
    used.map(({ subject, body }) => [subject, body['uses']]),
    [[`secret:${other.version}`, 3]],
    'the lease was still open',
  );
});

void test("boxes of another door, for another run, and old ones are nobody's words", LIMIT, async () => {
  await using vault = await openTestVault();
  const [taken, other] = [await openDoor(vault, OURS), await openDoor(vault, THEIRS)];
  const { key } = stateOf(vault);
  const [own, theirs] = [taken, other].map(({ run }) => openSealing(run.door, key, DOOR_TO_VAULT));
  const text = (number: number, version: string): Buffer =>
    Buffer.from(JSON.stringify({ type: 'ask', number, version, route: ROUTE }));
  // The other's keys it has not; what the other sealed it could have seen.
  const seen = theirs?.seal(text(100, other.version), other.run.run) ?? '';
  const sealed = own?.seal(text(101, other.version), other.run.run) ?? '';
  for (const box of [seen, sealed]) {
    carry(vault, taken.run, box);
    carry(vault, other.run, sealed);
  }
  // A word of its own is heard once, and none with a lower number after it.
  const once = own?.seal(text(50, taken.version), taken.run.run) ?? '';
  for (let n = 0; n < 20; n += 1) carry(vault, taken.run, once);
  carry(vault, taken.run, own?.seal(text(49, taken.version), taken.run.run) ?? '');
  await taken.door.until((word) => word.type === 'answer' && word.ask === 50);
  carry(vault, taken.run, own?.seal(text(51, taken.version), taken.run.run) ?? '');
  await taken.door.until((word) => word.type === 'answer' && word.ask === 51);
  assert.deepEqual(await recorded(vault, taken.version), ['secret.lease', 'secret.lease']);
  assert.deepEqual(await recorded(vault, other.version), []);
  assert.ok((await other.door.ask(other.version)).uses > 0, 'the other is heard as before');
});

void test('what is no box, and what no box may be, reaches nobody', LIMIT, async () => {
  await using vault = await openTestVault();
  const [taken, other] = [await openDoor(vault, OURS), await openDoor(vault, THEIRS)];
  const { key } = stateOf(vault);
  const seal = openSealing(taken.run.door, key, DOOR_TO_VAULT);
  const garbage = ['', '{', '{"type":"ask"}', 'null', '[1]', `"${'x'.repeat(100_000)}"`];
  for (const text of garbage) carry(vault, taken.run, seal.seal(Buffer.from(text), taken.run.run));
  for (const box of ['', 'AAAA', 'A'.repeat(399_999), 'A'.repeat(2_000_000), '\0\n{}'])
    carry(vault, taken.run, box);
  for (const frame of [null, 7, [], { type: 'door' }, { type: 'door', run: other.run.run, box: 7 }])
    vault.runner.say(frame as unknown as object);
  const theirs = vault.runner.frames.flatMap((frame) =>
    frame.type === 'door' && frame.run === other.run.run ? [frame.box] : [],
  );
  const opened = openSealing(taken.run.door, key, VAULT_TO_DOOR);
  for (const box of theirs)
    for (const run of [taken, other])
      assert.throws(() => opened.open(box, run.run.run), 'it opens nothing of the other');
  for (const one of [taken, other]) assert.ok((await one.door.ask(one.version)).uses > 0);
});

void test('a door that floods the vault with words keeps no other door waiting', LIMIT, async () => {
  await using vault = await openTestVault();
  const [taken, other] = [await openDoor(vault, OURS), await openDoor(vault, THEIRS)];
  const ROUNDS = 5;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let n = 0; n < 4_000; n += 1)
      taken.door.say({
        type: 'misplaced',
        version: taken.version,
        host: ROUTE.host,
        where: `header x-${n}`,
        count: 1,
      });
    const answer = await other.door.ask(other.version);
    assert.ok(answer.uses > 0, `in round ${round}`);
  }
  const leases = (await recorded(vault, other.version)).filter((kind) => kind === 'secret.lease');
  assert.equal(leases.length, ROUNDS);
  // It is heard as often as one door may be, and no more is written of it.
  assert.ok((await entriesOf(vault, 'secret.misplaced')).length > 0);
  assert.ok(other.door.versions.includes(other.version), 'and what the other may use is still said to it');
  const { run } = await openDoor(vault, THEIRS);
  assert.equal(run.answer.type, 'released', 'another app starts');
});
