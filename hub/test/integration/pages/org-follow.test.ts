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

/** Many entries at once about what another is about, each of them noise about it. */
async function makeNoise({ hub }: Scene, { like, many }: { like: string; many: number }): Promise<void> {
  await withPool(hub.database.superuser, async (pool) => {
    await pool.query('begin; set local session_replication_role = replica');
    await pool.query(
      `insert into ledger.entry select (jsonb_populate_record(null::ledger.entry, to_jsonb(e) || jsonb_build_object(
           'hash', encode(sha256((g + 10000 * $2::int)::text::bytea), 'hex'), 'n', 1000000 * $2::int + g, 'at', clock_timestamp(), 'kind', 'org.noise'))).*
         from ledger.entry e, generate_series(1, $2::int) g where e.hash = $1`,
      [like, many],
    );
    await pool.query('commit');
  });
}

void test('where more comes than is shown, the page says so and leads to all of it', async () => {
  await using scene = await openScene();
  const { db } = scene.hub.database;
  const subject = await subjectOf(scene, 'acme');
  const begun = await scene.live();
  const wanted = await db.transaction(
    async (tx) => await record(tx, { ...ENTRY, kind: 'org.wanted', subject }),
  );
  const open = async (query: string): Promise<string> => {
    const { body } = await scene.ada.open(`${LEDGER}?live=1&from=${begun.next}${query}`);
    return body;
  };
  const linkIn = (body: string): string =>
    /More came than is shown here\. <a href="([^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  assert.match(await open(''), new RegExp(wanted));
  assert.equal(linkIn(await open('')), '');
  await makeNoise(scene, { like: wanted, many: 201 });
  const since = new Date(Number(begun.next) - 60_000).toISOString().slice(0, 19);
  assert.doesNotMatch(await open(''), new RegExp(wanted));
  assert.equal(linkIn(await open('')), `${LEDGER}?since=${encodeURIComponent(since)}`);
  // One that is asked for may lie deeper than what is looked at for a page.
  assert.match(await open('&kind=org.wanted'), new RegExp(wanted));
  assert.equal(linkIn(await open('&kind=org.wanted')), '');
  await makeNoise(scene, { like: wanted, many: 900 });
  const body = await open('&kind=org.wanted');
  assert.doesNotMatch(body, new RegExp(wanted));
  let place: string | undefined = linkIn(body);
  assert.equal(place, `${LEDGER}?kind=org.wanted&since=${encodeURIComponent(since)}`);
  for (let page = 0; page < 3 && place !== undefined; page++) {
    const list: string = (await scene.ada.open(place)).body;
    if (list.includes(`data-entry="${wanted}"`)) return;
    place = /href="([^"]*cursor=[^"]*)"/.exec(list)?.[1]?.replaceAll('&amp;', '&');
  }
  assert.fail('the list that the page leads to does not have it');
});

void test('the script asks the address that the policy allows, with whatever capitals the page was opened', async () => {
  await using scene = await openScene();
  const { status, body, headers } = await scene.ada.open(`${LEDGER.replace('acme', 'ACME')}?live=1`);
  assert.equal(status, 200);
  assert.match(body, new RegExp(`data-ask="${LEDGER}"`));
  assert.match(String(headers['content-security-policy']), new RegExp(`connect-src [^;]*${LEDGER};`));
});
