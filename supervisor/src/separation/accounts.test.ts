// The account files of a sandbox.
import assert from 'node:assert/strict';
import test from 'node:test';
import { accountFiles } from './accounts.ts';

void test('accountFiles() names the given users once each and nobody else', () => {
  const hub = { name: 'holdfast-hub', uid: 901, gid: 902 };
  const { passwd, group } = accountFiles([hub, hub, { name: 'holdfast-postgres', uid: 903, gid: 904 }]);
  assert.equal(
    passwd,
    'holdfast-hub:x:901:902::/nonexistent:/usr/sbin/nologin\nholdfast-postgres:x:903:904::/nonexistent:/usr/sbin/nologin\n',
  );
  assert.equal(group, 'holdfast-hub:x:902:\nholdfast-postgres:x:904:\n');
});
