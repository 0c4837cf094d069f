// Networks that are this machine's by a route alone are found in the kernel's tables.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseRoutes6, parseTrie } from './local-routes.ts';

const TRIE = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.9.8.0/24 2 0 2
        |-- 10.9.8.0
           /24 link UNICAST
           /24 host LOCAL
           /25 host LOCAL tos=0x10
        |-- 10.9.8.9
           /32 host LOCAL
        |-- 10.9.8.255
           /32 link BROADCAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.0
           /8 host LOCAL
Id 100:
  |-- 0.0.0.0
     /0 host LOCAL
Id 7:
  |-- 20.0.0.0
     /16 host LOCAL
`;

void test('parseTrie() finds networks of local routes in every table, and no others', () => {
  assert.deepEqual(parseTrie(TRIE), ['10.9.8.0/24', '10.9.8.0/25', '10.9.8.9', '127.0.0.0/8', '20.0.0.0/16']);
  assert.deepEqual(parseTrie(''), []);
  assert.deepEqual(parseTrie('   /24 host LOCAL\n'), [], 'a route without an address');
});

const NONE = '00000000000000000000000000000000';
const route = (to: string, flags: string, device = 'lo'): string =>
  `${to} ${NONE} 00 ${NONE} 00000400 00000001 00000000 ${flags}     ${device}\n`;

void test('parseRoutes6() finds networks whose flags say that they are local', () => {
  const table = [
    route('26000001000000000000000000000000 40', '80200001'),
    route('fd000000000000000000000000000002 80', '80200001', 'eth0'),
    route('fd000000000000000000000000000000 40', '00000001', 'eth0'),
    route(`${NONE} 00`, '00200200'),
    route(`${NONE} 00`, '80200001'),
    'words\n',
  ].join('');
  assert.deepEqual(parseRoutes6(table), [
    '2600:0001:0000:0000:0000:0000:0000:0000/64',
    'fd00:0000:0000:0000:0000:0000:0000:0002',
  ]);
  assert.deepEqual(parseRoutes6(''), []);
});
