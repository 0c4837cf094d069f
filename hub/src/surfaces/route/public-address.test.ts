// Which hosts the hub answers for.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { baseUrlFor } from './public-address.ts';

const LOCAL = { publicUrl: null, port: 8080 };
const PUBLIC = { publicUrl: 'https://hub.example.org/', port: 8080 };

void test('baseUrlFor() follows a loopback name with our port', () => {
  assert.equal(baseUrlFor(LOCAL, 'localhost:8080', 'anyone'), 'http://localhost:8080');
  assert.equal(baseUrlFor(LOCAL, '127.0.0.1:8080', 'anyone'), 'http://127.0.0.1:8080');
  assert.equal(baseUrlFor(LOCAL, '[::1]:8080', 'anyone'), 'http://[::1]:8080');
  assert.equal(baseUrlFor({ publicUrl: null, port: 80 }, 'localhost', 'anyone'), 'http://localhost');
});

void test('baseUrlFor() answers with the public address for its host, whatever the port inside', () => {
  assert.equal(baseUrlFor(PUBLIC, 'hub.example.org', 'anyone'), 'https://hub.example.org');
  assert.equal(baseUrlFor(PUBLIC, 'HUB.example.org', 'anyone'), 'https://hub.example.org');
  assert.equal(baseUrlFor(PUBLIC, 'localhost:8080', 'anyone'), 'http://localhost:8080');
});

void test('baseUrlFor() follows the name by which programs of Spaces know the hub, exactly as it is', () => {
  for (const address of [LOCAL, PUBLIC]) {
    assert.equal(baseUrlFor(address, 'hub.holdfast.internal', 'anyone'), 'http://hub.holdfast.internal');
    for (const host of ['hub.holdfast.internal:8080', 'HUB.holdfast.internal', 'a.hub.holdfast.internal'])
      assert.throws(
        () => baseUrlFor(address, host, 'anyone'),
        (error) => isFault(error, 'request.host-refused'),
        host,
      );
  }
});

void test('baseUrlFor() gives programs of Spaces no pages', () => {
  for (const address of [LOCAL, PUBLIC])
    assert.throws(
      () => baseUrlFor(address, 'hub.holdfast.internal', 'page'),
      (error) => isFault(error, 'request.pages-elsewhere'),
    );
});

void test('baseUrlFor() refuses every other host, so that DNS rebinding reaches nothing', () => {
  const hosts = [
    undefined,
    '',
    'evil.example',
    'localhost:9',
    'localhost',
    'localhost.evil.example:8080',
    '10.0.0.1:8080',
    'user@localhost:8080',
    'hub.example.org:444',
  ];
  for (const host of hosts)
    for (const address of [LOCAL, PUBLIC])
      assert.throws(
        () => baseUrlFor(address, host, 'anyone'),
        (error) => isFault(error, 'request.host-refused'),
        String(host),
      );
});
