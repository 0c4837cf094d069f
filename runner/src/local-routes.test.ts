// Networks that are this machine's by a route alone are found in the kernel's tables.
import assert from 'node:assert/strict';
import test from 'node:test';
import { localRoutes, parseRoutes6, parseTrie } from './local-routes.ts';

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
     +-- 64.0.0.0/6 2 0 2
        |-- 64.0.0.0
           /6 scope=7 LOCAL
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.0
           /8 host LOCAL
Id 100:
  |-- 0.0.0.0
     /0 host LOCAL
Id 7:
  |-- 20.0.0.0
     /16 host LOCAL
  |-- 0.0.0.0
     /1 host LOCAL
  |-- 128.0.0.0
     /1 host LOCAL
`;

void test('parseTrie() finds networks of local routes in every table, and no others', () => {
  const { networks, broad } = parseTrie(TRIE);
  assert.deepEqual(networks, [
    ...['10.9.8.0/24', '10.9.8.0/25', '10.9.8.9', '64.0.0.0/6', '127.0.0.0/8'],
    '20.0.0.0/16',
  ]);
  assert.deepEqual(broad, ['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1'], 'those of a transparent proxy');
  assert.deepEqual(parseTrie('').networks, []);
  assert.deepEqual(parseTrie('   /24 host LOCAL\n').networks, [], 'a route without an address');
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
    route('20000000000000000000000000000000 03', '80200001'),
    'words\n',
  ].join('');
  const { networks, broad } = parseRoutes6(table);
  assert.deepEqual(broad, [
    '0000:0000:0000:0000:0000:0000:0000:0000/0',
    '2000:0000:0000:0000:0000:0000:0000:0000/3',
  ]);
  assert.deepEqual(networks, [
    '2600:0001:0000:0000:0000:0000:0000:0000/64',
    'fd00:0000:0000:0000:0000:0000:0000:0002',
  ]);
  assert.deepEqual(parseRoutes6('').networks, []);
});

const tables =
  (four: string | undefined, six: string | undefined, isCut = false) =>
  (name: string) => {
    const text = name === 'fib_trie' ? four : six;
    return Promise.resolve(text === undefined ? undefined : { text, isCut });
  };

void test('localRoutes() takes so many of each family, and says what it leaves out', async () => {
  const many = Array.from(
    { length: 5_000 },
    (_, at) => `  |-- 10.${at >> 8}.${at & 255}.0\n     /24 host LOCAL\n`,
  );
  const six = route('26000001000000000000000000000000 40', '80200001');
  const full = await localRoutes(tables(`Local:\n${many.join('')}`, six));
  assert.deepEqual([full.networks.length, full.networks.at(-1)?.slice(0, 9)], [4_001, '2600:0001']);
  assert.match(full.problems.join(), /^\/proc\/net\/fib_trie is too long/);
  assert.deepEqual((await localRoutes(tables('', undefined))).problems, [], 'a kernel without IPv6');
  assert.match((await localRoutes(tables(undefined, ''))).problems.join(), /fib_trie is missing/);
  assert.equal((await localRoutes(tables('', '', true))).problems.length, 2);
  assert.match((await localRoutes(tables(TRIE, ''))).problems.join(), /fib_trie has local routes too broad/);
});
