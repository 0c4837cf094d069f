// The address a newcomer is given.
import assert from 'node:assert/strict';
import test from 'node:test';
import { localAddress } from './present-address.ts';

void test('localAddress() is one that works from this machine', () => {
  assert.equal(localAddress('127.0.0.1', 8080), 'http://localhost:8080');
  assert.equal(localAddress('0.0.0.0', 80), 'http://localhost:80');
  assert.equal(localAddress('::', 80), 'http://localhost:80');
  assert.equal(localAddress('192.168.1.5', 80), 'http://192.168.1.5:80');
  assert.equal(localAddress('fd00::1', 80), 'http://[fd00::1]:80');
});
