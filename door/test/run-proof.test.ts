// For which run an app asks is told to the hub by its door, in every way to reach the hub, and to nobody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrokeredIn, usualSecrets } from './harness/brokered.ts';
import { openWorld, type TestDoor, type World } from './harness/open-world.ts';
import { say } from './harness/say.ts';
import { PLAYED, VALUES } from './harness/values.ts';

const PROOF = `${'a'.repeat(24)}.${'b'.repeat(43)}`;
const HUB = 'hub.holdfast.internal';
const start = { hub: { name: HUB, publicName: null, address: '127.0.0.1', port: 9_000, proof: PROOF } };

const ask = (target: string, host: string, more = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nX-Holdfast-Run: claimed\r\nx_holdfast_run: claimed\r\n` +
  `${more}Connection: close, x-holdfast-run\r\n\r\n`;

/** The proofs that the hub, or a host of the outside, was sent. */
const provedTo = ({ seen }: World, who: 'hub' | 'played'): string[][] =>
  seen
    .filter((one) => one[who] !== undefined)
    .map(({ headers, raw }) =>
      pairsOf(headers ?? raw ?? []).filter((pair) => /holdfast.run|claimed/i.test(pair)),
    );

function pairsOf(raw: readonly string[]): string[] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? `${name.toLowerCase()}=${raw[at + 1]}` : []));
}

/** Every way, with a placeholder and without. */
async function askEveryWay(world: World, door: TestDoor): Promise<void> {
  const bearer = `Authorization: Bearer ${VALUES.hub[1]}\r\n`;
  for (const more of ['', bearer]) {
    assert.match(await say(door, ask(`http://${HUB}/api/a`, HUB, more)), /^HTTP\/1\.1 200/);
    const tunnel = `CONNECT ${HUB}:80 HTTP/1.1\r\n\r\n${ask('/api/b', HUB, more)}`;
    assert.match(await say(door, tunnel), /HTTP\/1\.1 200 OK/);
  }
  assert.match(await say(door, ask(`http://${PLAYED.evil}/`, PLAYED.evil)), /^HTTP\/1\.1 401/);
  assert.deepEqual(
    provedTo(world, 'hub'),
    Array.from({ length: 4 }, () => [`x-holdfast-run=${PROOF}`]),
  );
  assert.deepEqual(provedTo(world, 'played'), [[]]);
}

void test('a door without brokered secrets proves its run to the hub alone', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor(start);
  await askEveryWay(world, door);
});

void test('a door with brokered secrets does, too', async () => {
  await using world = await openWorld();
  await using brokered = await openBrokeredIn(world, usualSecrets(), { wish: start });
  await askEveryWay(world, brokered.door);
});

void test('a door that has no proof sends none', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  await say(door, ask(`http://${HUB}/api/a`, HUB));
  assert.deepEqual(provedTo(world, 'hub'), [[]]);
});
