// Which addresses doors refuse as ours.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ownAddresses } from './own-addresses.ts';

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
