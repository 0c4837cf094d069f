// The ledger followed by who administers an organisation: what is theirs as it comes, and not how much others do.
import assert from 'node:assert/strict';
import test from 'node:test';
import { record } from '../../../src/modules/ledger/index.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { withPool } from '../../harness/shared-server.ts';
import { PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

const LEDGER = '/security/organizations/acme/ledger';

interface Scene extends AsyncDisposable {
  readonly hub: ServedHub;
  readonly ada: TestBrowser;
  readonly eve: TestBrowser;
  /** What is followed from a moment on. */
  live(from?: string, query?: Record<string, string>): Promise<{ entries: string[]; next: string }>;
}

async function openScene(): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub());
  const open = async (name: string, org: string): Promise<TestBrowser> => {
    await signInAs(hub, name);
    await hub.modules.identity.createOrg(OPERATOR, { name: org, owner: name });
    const browser = new TestBrowser(hub);
    await browser.signIn(name, PASSWORD);
    return browser;
  };
  const [ada, eve] = [await open('ada', 'acme'), await open('eve', 'umbrella')];
  const running = opened.move();
  return {
    ...{ hub, ada, eve },
    live: async (from, query = {}) => {
      const asked = new URLSearchParams({ live: '1', ...(from !== undefined && { from }), ...query });
      const { status, body } = await ada.open(`${LEDGER}?${asked}`);
      assert.equal(status, 200);
      const entries = [...body.matchAll(/data-entry="([0-9a-f]{64})"/g)].map(([, hash = '']) => hash);
      return { entries, next: /data-next="(\d+)"/.exec(body)?.[1] ?? '' };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function subjectOf({ hub }: Scene, org: string): Promise<string> {
  return `account:${(await hub.modules.identity.findByName(org))?.id ?? ''}`;
}

const ENTRY = { actor: 'operator', credential: '', personal: {}, body: {} };

void test('an owner follows what is theirs as it comes, what is committed late too, and nothing of others', async () => {
  await using scene = await openScene();
  const { db } = scene.hub.database;
  const [ours, theirs] = [await subjectOf(scene, 'acme'), await subjectOf(scene, 'umbrella')];
  const enter = async (subject: string, kind: string): Promise<string> =>
    await db.transaction(async (tx) => await record(tx, { ...ENTRY, kind, subject }));
  const old = await enter(ours, 'org.old');
  await withPool(scene.hub.database.superuser, async (pool) => {
    await pool.query('begin; set local session_replication_role = replica');
    await pool.query(`update ledger.entry set at = at - interval '2 minutes' where hash = $1`, [old]);
    await pool.query('commit');
  });
  const begun = await scene.live();
  assert.ok(!begun.entries.includes(old), 'what was before the last minute is no news');
  const seen = await db.transaction(async (tx) => {
    const late = await record(tx, { ...ENTRY, kind: 'org.late', subject: ours });
    // Asked while that is not committed yet.
    return { late, ...(await scene.live(begun.next)) };
  });
  assert.ok(!seen.entries.includes(seen.late));
  const own = await enter(ours, 'org.policy-set');
  const foreign = await enter(theirs, 'org.policy-set');
  const { entries } = await scene.live(seen.next);
  assert.deepEqual(entries.slice(0, 2), [own, seen.late], 'the newest first');
  assert.ok(!entries.includes(foreign));
  assert.deepEqual((await scene.live(seen.next, { kind: 'org.policy-set' })).entries, [own]);
  assert.deepEqual((await scene.live(seen.next, { subject: theirs })).entries, []);
  assert.equal((await scene.eve.open(`${LEDGER}?live=1&from=0`)).status, 403);
});

void test('where following goes on tells the time, and not how many entries the ledger has', async () => {
  await using scene = await openScene();
  const before = Date.now();
  const next = Number((await scene.live()).next);
  assert.ok(next >= before && next <= Date.now(), String(next));
  const { headers } = await scene.ada.open(`${LEDGER}?live=1`);
  assert.match(String(headers['content-security-policy']), new RegExp(`connect-src [^;]*${LEDGER};`));
  for (const from of ['0', '9999999999999', 'x', '-1', '1e9'])
    assert.equal((await scene.ada.open(`${LEDGER}?live=1&from=${from}`)).status, 200, from);
});
