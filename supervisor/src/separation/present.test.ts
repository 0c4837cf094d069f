// What is said of the level of separation must be true.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openConsole } from '../console.ts';
import { type Mechanism } from './mechanism.ts';
import { presentSeparation } from './present.ts';

const SANDBOX = {
  program: '/usr/bin/bwrap',
  system: {},
  accounts: '/e',
  filter: '/e/filter',
  makerFilter: '/e/maker',
};

function said(change: Partial<Mechanism>, network: boolean): string {
  let text = '';
  const stream = { isTTY: false, write: (piece: string) => (text += piece) !== '' };
  const mechanism: Mechanism = {
    level: 'uids',
    sandbox: SANDBOX,
    setpriv: '/usr/bin/setpriv',
    shortcomings: [],
    ...change,
  };
  presentSeparation(mechanism, network, openConsole({ out: stream, error: stream }, false));
  return text;
}

void test('presentSeparation() says that a hub with a database elsewhere is on the network', () => {
  assert.match(said({}, true), /Network is shared: .* because DATABASE_URL leads over it/);
  assert.match(said({}, false), /Network is none: .* can connect to nothing but its database/);
});

void test('presentSeparation() says that nothing keeps a hub off the network without a sandbox', () => {
  for (const network of [true, false])
    assert.match(said({ sandbox: undefined }, network), /Network is shared: .* for lack of a sandbox/);
});
