// What a backup takes of the server's folder and of the keys, and what it leaves.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isWithin } from './place.ts';
import { isNewer } from './restore.ts';
import { isKey, isLogBetween, isOfCluster } from './sources.ts';

void test('isOfCluster() takes what a start needs and leaves what belongs to the server that runs', () => {
  for (const path of ['PG_VERSION', 'global/pg_control', 'base/1/1259', 'base/1/1259_fsm', 'pg_xact/0000'])
    assert.ok(isOfCluster({ path, isFolder: false }), path);
  for (const path of ['pg_wal', 'pg_wal/summaries', 'pg_notify', 'pg_replslot', 'pg_twophase', 'base/1'])
    assert.ok(isOfCluster({ path, isFolder: true }), path);
  for (const path of [
    'postmaster.pid',
    'postmaster.opts',
    'pg_wal/000000010000000000000001',
    'pg_replslot/holdfast_backup_7/state',
    'pg_notify/0000',
    'pg_subtrans/0000',
    'base/pgsql_tmp/pgsql_tmp1.0',
    'base/1/pg_internal.init',
    'base/16384/t3_16400',
    'backup_label.old',
  ])
    assert.ok(!isOfCluster({ path, isFolder: false }), path);
});

void test('isLogBetween() takes the files of the log from the first to the last', () => {
  const range = { first: '000000010000000000000002', last: '000000010000000000000003' };
  const names = ['000000010000000000000001', range.first, range.last, '000000010000000000000004', 'x'];
  assert.deepEqual(
    names.filter((name) => isLogBetween(name, range)),
    [range.first, range.last],
  );
});

void test('isKey() leaves what is somebody’s to read once, and halves of files', () => {
  assert.deepEqual(['hub.key', 'vault/root.key', 'admin.password', 'hub.key.0a.tmp'].map(isKey), [
    ...[true, true],
    ...[false, false],
  ]);
});

void test('isWithin() knows a folder from one whose name begins alike', () => {
  assert.ok(isWithin('/a/b', '/a/b'));
  assert.ok(isWithin('/a/b/c', '/a/b'));
  assert.ok(isWithin('/a', '/'));
  assert.ok(!isWithin('/a/bc', '/a/b'));
});

void test('isNewer() compares versions by their numbers', () => {
  assert.ok(isNewer('0.10.0', '0.9.1'));
  assert.ok(isNewer('1.0.0', '0.9.1'));
  for (const other of ['0.9.1', '0.9.2', '0.10.0']) assert.ok(!isNewer('0.9.1', other), other);
});
