// What the embedded server is run with.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HBA_FILE, initdbArguments, serverArguments } from './command-line.ts';

const ARGUMENTS = serverArguments({
  folder: '/d',
  socketFolder: '/s',
  hbaFile: '/e/pg_hba.conf',
  socketPermissions: '0700',
  maxConnections: 100,
  sharedBuffers: '128MB',
});

void test('HBA_FILE has one way in: the socket, with SCRAM', () => {
  const lines = HBA_FILE.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.deepEqual(lines, ['local all all scram-sha-256']);
});

void test('serverArguments() listens on no network and cannot lose what it said is kept', () => {
  for (const setting of [
    'listen_addresses=',
    'hba_file=/e/pg_hba.conf',
    'fsync=on',
    'synchronous_commit=on',
    'full_page_writes=on',
    'allow_alter_system=off',
    'log_min_error_statement=panic',
  ])
    assert.equal(ARGUMENTS[ARGUMENTS.indexOf(setting) - 1], '-c', setting);
});

void test('initdbArguments() takes the password from standard input and trusts nobody', () => {
  const args = initdbArguments('/d');
  assert.equal(args[args.indexOf('--pwfile') + 1], '/dev/stdin');
  assert.equal(args[args.indexOf('--auth') + 1], 'scram-sha-256');
  assert.ok(args.includes('--data-checksums'));
  assert.ok(!args.some((word) => word.includes('trust')));
});
