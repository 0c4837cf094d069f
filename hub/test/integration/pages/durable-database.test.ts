// What the security centre says of a database that waits for its disk: a file of its own, because its server is another.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub, OPERATOR } from '../../harness/served-hub.ts';
import { sharedServer } from '../../harness/shared-server.ts';
import { PASSWORD } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

void test('of a database that keeps what it acknowledged the page says so, and asks for nothing', async () => {
  await sharedServer({ fsync: 'on', full_page_writes: 'on' });
  await using hub = await openServedHub();
  const wish = { name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD };
  await hub.modules.identity.createUser(OPERATOR, wish);
  const root = new TestBrowser(hub);
  await root.signIn('boss', PASSWORD);
  const { body } = await root.open('/security');
  assert.match(body, /waits for its disk: what was acknowledged stays/);
  assert.doesNotMatch(body, /pg_reload_conf|run sync/);
});
