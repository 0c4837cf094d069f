// Which addresses doors refuse as ours.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { OwnAddresses, ownAddresses } from './own-addresses.ts';

void test('ownAddresses() has those of the public name beside those of the machine', async () => {
  const asked: string[] = [];
  const found = await ownAddresses('hub.example.org', (name) => {
    asked.push(name);
    return Promise.resolve(['203.0.113.7', '2001:db8::7', '127.0.0.1']);
  });
  assert.deepEqual(asked, ['hub.example.org']);
  for (const address of ['127.0.0.1', '203.0.113.7', '2001:db8::7'])
    assert.equal(found.filter((one) => one === address).length, 1, address);
});

void test('ownAddresses() goes on without a name, with one that nobody knows, and with a resolver that is silent', async () => {
  const local = await ownAddresses(null);
  assert.ok(local.includes('127.0.0.1'));
  assert.deepEqual(await ownAddresses('nobody.invalid', () => Promise.reject(new Error('ENOTFOUND'))), local);
  const silent = ownAddresses(
    'hub.example.org',
    async () => await new Promise<readonly string[]>(() => undefined),
  );
  assert.deepEqual(await silent, local);
});

void test('OwnAddresses tells doors what the public name leads to by now, and what it led to before', async () => {
  const answers = [['203.0.113.1'], [], ['203.0.113.2']];
  const find = (): Promise<readonly string[]> => {
    const next = answers.length > 1 ? answers.shift() : answers[0];
    return next?.length === 0 ? Promise.reject(new Error('SERVFAIL')) : Promise.resolve(next ?? []);
  };
  using own = new OwnAddresses('hub.example.org', { find, note: () => undefined, everyMs: 5 });
  assert.ok((await own.now()).includes('203.0.113.1'));
  const told: (readonly string[])[] = [];
  const { promise, resolve } = Promise.withResolvers<undefined>();
  using following = own.follow((addresses) => {
    told.push(addresses);
    if (told.length === 3) resolve(undefined);
  });
  await promise;
  assert.ok(told[0]?.includes('203.0.113.1'), 'a resolver that fails opens nothing');
  for (const address of ['203.0.113.1', '203.0.113.2']) assert.ok(told.at(-1)?.includes(address), address);
  following[Symbol.dispose]();
  const count = told.length;
  await delay(50);
  assert.equal(told.length, count);
});

void test('OwnAddresses keeps what it knows of the public name while its resolver is silent', async () => {
  const answers = [Promise.resolve(['203.0.113.1'])];
  const silence = new Promise<readonly string[]>(() => undefined);
  const find = async (): Promise<readonly string[]> => await (answers.shift() ?? silence);
  using own = new OwnAddresses('hub.example.org', { find, note: () => undefined });
  await own.now();
  assert.ok((await own.now()).includes('203.0.113.1'));
});
