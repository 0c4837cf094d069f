// What ends the right to a value ends it everywhere, while calls are under way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openBrokered, until } from '../harness/brokered.ts';
import { PLAYED, VALUES } from '../harness/values.ts';

const HELD = VALUES.openai[1];
const get = (path: string, connection = 'close'): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${PLAYED.openai}\r\nAuthorization: Bearer ${HELD}\r\nConnection: ${connection}\r\n\r\n`;

void test('a revoked value ends what carries it within a second, and nothing else', async () => {
  await using brokered = await openBrokered();
  const { vault, world, secrets } = brokered;
  const version = secrets[0]?.version ?? '';
  const streaming = await brokered.openTls(PLAYED.openai);
  const idle = await brokered.openTls(PLAYED.openai);
  const other = await brokered.openTls(PLAYED.anthropic);
  for (const socket of [streaming, idle, other]) socket.on('error', () => undefined).resume();
  let answered = '';
  idle.setEncoding('latin1').on('data', (piece: string) => (answered += piece));
  streaming.write(get('/forever'));
  idle.write(get('/v1/models', 'keep-alive'));
  other.write(
    `GET /forever HTTP/1.1\r\nHost: ${PLAYED.anthropic}\r\nx-api-key: ${VALUES.anthropic[1]}\r\n\r\n`,
  );
  assert.ok(await until(() => world.seen.filter(({ played }) => played !== undefined).length === 3));
  assert.ok(await until(() => /^HTTP\/1\.1 200 [^]*brokered hello/.test(answered)));
  const began = performance.now();
  vault.revoke(version);
  assert.ok(
    await until(() => world.seen.some(({ closed }) => closed === '/forever') && streaming.destroyed, 3_000),
  );
  assert.ok(performance.now() - began < 1_000);
  assert.match(await brokered.ask(PLAYED.openai, get('/v1/models')), /^HTTP\/1\.1 403 [^]*revoked/);
  // Also on the connection that had been used with it.
  const asked = world.seen.length;
  idle.write(get('/v1/models'));
  await delay(500);
  assert.equal(world.seen.length, asked);
  assert.equal(other.destroyed, false);
  const used = vault.words.filter(({ type }) => type === 'used').length;
  assert.ok(used >= 1);
  for (const socket of [streaming, idle, other]) socket.destroy();
});

void test('a rotation with an overlap cuts what is under way at its end, and one without at once', async () => {
  await using brokered = await openBrokered();
  const { vault, world, secrets } = brokered;
  const [openai, ...others] = secrets;
  assert.ok(openai !== undefined);
  const next = { ...openai, version: 'f'.repeat(24), value: Buffer.from(openai.value) };
  const [streaming, kept] = [await brokered.openTls(PLAYED.openai), await brokered.openTls(PLAYED.openai)];
  for (const socket of [streaming, kept]) socket.on('error', () => undefined).resume();
  let answered = '';
  kept.setEncoding('latin1').on('data', (piece: string) => (answered += piece));
  const played = () => world.seen.filter((one) => one.played !== undefined).length;
  streaming.write(get('/forever'));
  kept.write(get('/v1/models', 'keep-alive'));
  assert.ok(await until(() => played() === 2 && /brokered hello/.test(answered)));
  vault.grant([next, ...others], [openai.version]);
  // The same connection with the next value.
  kept.write(get('/forever'));
  assert.ok(await until(() => played() === 3));
  assert.ok(vault.words.some((word) => word.type === 'ask' && word.version === next.version));
  await delay(1_200);
  assert.deepEqual([streaming.destroyed, kept.destroyed], [false, false]);
  vault.revoke(openai.version);
  assert.ok(await until(() => streaming.destroyed, 1_000));
  await delay(500);
  assert.equal(kept.destroyed, false, 'what is under way with the next value goes on');
  vault.grant(others);
  assert.ok(await until(() => kept.destroyed, 1_000));
});

void test('two seconds of silence end every use, and a word begins it again', async () => {
  await using brokered = await openBrokered();
  const { vault, ask } = brokered;
  assert.match(await ask(PLAYED.openai, get('/v1/models')), /^HTTP\/1\.1 200 /);
  vault.fallSilent();
  await delay(2_300);
  assert.match(await ask(PLAYED.openai, get('/v1/models')), /^HTTP\/1\.1 403 [^]*silent/);
  vault.speak();
  // Its next word ends the silence.
  assert.ok(
    await until(async () => (await ask(PLAYED.openai, get('/v1/models'))).startsWith('HTTP/1.1 200 ')),
  );
});

void test('a vault that refuses, and boxes that are no boxes, use nothing', async () => {
  await using brokered = await openBrokered();
  const { vault, ask, door, world } = brokered;
  vault.uses = 0;
  assert.match(await ask(PLAYED.openai, get('/v1/models')), /^HTTP\/1\.1 403 /);
  door.send({ type: 'box', kind: 'grant', box: 'AAAA' });
  door.send({ type: 'box', kind: 'word', box: 'B'.repeat(200) });
  vault.uses = 5;
  assert.match(await ask(PLAYED.openai, get('/v1/models')), /^HTTP\/1\.1 200 /);
  assert.equal(world.seen.filter(({ played }) => played !== undefined).length, 1);
});

void test('a request that is sent once more, as its connection was closed, is another use', async () => {
  await using brokered = await openBrokered();
  const { vault, world } = brokered;
  vault.uses = 2;
  const socket = await brokered.openTls(PLAYED.openai);
  let answered = '';
  socket.setEncoding('latin1').on('data', (piece: string) => (answered += piece));
  const isAnswered = (times: number) => () => (answered.match(/brokered hello/g)?.length ?? 0) === times;
  socket.write(get('/once', 'keep-alive'));
  assert.ok(await until(isAnswered(1)));
  socket.write(get('/once', 'keep-alive'));
  assert.ok(await until(isAnswered(2)));
  socket.destroy();
  assert.equal(world.seen.filter(({ played }) => played !== undefined).length, 3);
  const uses = vault.words.flatMap((word) => (word.type === 'used' ? [word.uses] : []));
  assert.deepEqual([vault.words.filter(({ type }) => type === 'ask').length, uses], [2, [2]]);
});
