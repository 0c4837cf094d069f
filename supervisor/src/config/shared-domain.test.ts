// Domains that the hub and Spaces must not share.
import assert from 'node:assert/strict';
import test from 'node:test';
import { shareDomain } from './shared-domain.ts';

void test('hosts below one registered domain share it', () => {
  for (const [hub, spaces] of [
    ['hub.example.org', 'apps.example.org'],
    ['hub.example.org', 'example.org'],
    ['example.org', 'apps.example.org'],
    ['HUB.example.org.', 'apps.hub.Example.org'],
    ['hub.example.co.uk', 'example.co.uk'],
    ['hub', 'hub'],
    ['hub.co.io', 'apps.co.io'],
  ] as const)
    assert.equal(shareDomain(hub, spaces), true, `${hub} ${spaces}`);
});

void test('other hosts do not', () => {
  for (const [hub, spaces] of [
    ['hub.example.org', 'apps.example.net'],
    ['hub.example.org', 'localhost'],
    ['localhost', 'localhost'],
    ['10.0.0.5', 'localhost'],
    ['one.co.uk', 'two.co.uk'],
    ['hub.internal', 'apps.internal'],
  ] as const)
    assert.equal(shareDomain(hub, spaces), false, `${hub} ${spaces}`);
});
