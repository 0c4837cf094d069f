// An address that is this machine's by a route alone, which no interface lists, is refused by doors as its others are.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { networkHolds, parseNetwork } from '@holdfast/kernel/network';

const FILE = resolve(import.meta.dirname, '../src/own-addresses.ts');
const ASK = `const { ownAddresses } = await import(${JSON.stringify(FILE)});
console.log(JSON.stringify(await ownAddresses(null)));`;
/** In a network of its own, so that this machine's stays as it is. */
const ROUTES = ['-4 route add local 20.9.8.0/24 dev lo', '-6 route add local 2600:1::/64 dev lo'];

async function ownIn(routes: readonly string[]): Promise<string[]> {
  const lines = ['ip link set lo up', ...routes.map((one) => `ip ${one}`), 'exec "$0" "$@"'];
  const program = [process.execPath, '--input-type=module', '-e', ASK];
  const { stdout } = await promisify(execFile)(
    'unshare',
    ['--user', '--map-root-user', '--net', 'sh', '-ec', lines.join('\n'), ...program],
    {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'] },
      timeout: 60_000,
    },
  );
  return JSON.parse(stdout) as string[];
}

const isOwn = (own: readonly string[], address: string): boolean =>
  own.some((one) => {
    const network = parseNetwork(one);
    return network !== undefined && networkHolds(network, address);
  });

void test('ownAddresses() has the networks that a route makes local, and nothing else of the outside', async () => {
  const [plain, routed] = [await ownIn([]), await ownIn(ROUTES)];
  for (const address of ['127.0.0.1', '127.9.9.9', '::1']) {
    assert.ok(isOwn(plain, address), address);
    assert.ok(isOwn(routed, address), address);
  }
  for (const address of ['20.9.8.7', '2600:1::7']) {
    assert.ok(!isOwn(plain, address), address);
    assert.ok(isOwn(routed, address), address);
  }
  for (const address of ['20.9.9.7', '8.8.8.8', '2600:1:0:1::7', '2a00::1'])
    assert.ok(!isOwn(routed, address), address);
});
