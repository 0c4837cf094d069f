// An application that has a person sign in again and again gathers no store of tokens of theirs: beyond twenty at once the oldest ends.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  allow,
  askToken,
  authorizePath,
  codeFields,
  newPkce,
  onwardOf,
  refreshFields,
  registerClient,
  signedInBrowser,
  statusWith,
  type TokenSet,
} from '../harness/oauth-client.ts';
import { openServedHub } from '../harness/served-hub.ts';
import { withPool } from '../harness/shared-server.ts';

const MOST = 20;

void test(
  'of the tokens that an application has of one person at once the oldest ends',
  { timeout: 120_000 },
  async () => {
    await using hub = await openServedHub();
    const client = await registerClient(hub);
    const browser = await signedInBrowser(hub, 'alice');
    const signIn = async (to: (path: string) => Promise<URL>): Promise<TokenSet> => {
      // Which is the oldest must not hang on what a machine does within a second.
      hub.passTime(1);
      const pkce = newPkce();
      const code = (await to(authorizePath(client, pkce))).searchParams.get('code') ?? '';
      const { status, body } = await askToken(hub, codeFields(client, pkce, code));
      assert.equal(status, 200, JSON.stringify(body));
      return body;
    };
    const works = async ({ access_token: token }: TokenSet): Promise<boolean> =>
      (await statusWith(hub, token, '/api/whoami-v2')) === 200;
    const sets = [await signIn(async (path) => await allow(browser, path))];
    while (sets.length < MOST) sets.push(await signIn(async (path) => onwardOf(await browser.open(path))));
    const [first, second, third] = sets as [TokenSet, TokenSet, TokenSet];
    assert.deepEqual([await works(first), await works(second)], [true, true], 'twenty are good at once');
    const renewed = await askToken(hub, refreshFields(client, third.refresh_token));
    assert.equal(renewed.status, 200);
    assert.equal(await works(first), true, 'one that takes the place of another is none more');
    sets.push(await signIn(async (path) => onwardOf(await browser.open(path))));
    assert.deepEqual([await works(first), await works(second)], [false, true]);
    assert.deepEqual([await works(renewed.body), await works(sets.at(-1) as TokenSet)], [true, true]);
    assert.equal((await askToken(hub, refreshFields(client, first.refresh_token))).status, 400);
    const other = await registerClient(hub);
    const of = await signedInBrowser(hub, 'bob');
    for (const one of [client, other]) {
      const pkce = newPkce();
      const code = (await allow(of, authorizePath(one, pkce))).searchParams.get('code') ?? '';
      assert.equal((await askToken(hub, codeFields(one, pkce, code))).status, 200);
    }
    assert.equal(await works(second), true, 'others and other applications count apart');
    await withPool(hub.database.superuser, async (pool) => {
      const { rows } = await pool.query(
        `select 1 from ledger.entry where kind = 'token.revoked' and body::jsonb ->> 'crowded' = $1`,
        [client.clientId],
      );
      assert.equal(rows.length, 1, 'the ledger says why');
    });
  },
);

void test('a code that is shown again and again ends its tokens once, and has no hub look anew for nothing', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub);
  const pkce = newPkce();
  const to = await allow(await signedInBrowser(hub, 'alice'), authorizePath(client, pkce));
  const fields = codeFields(client, pkce, to.searchParams.get('code') ?? '');
  assert.equal((await askToken(hub, fields)).status, 200);
  const readEpoch = async (): Promise<string> =>
    await withPool(hub.database.superuser, async (pool) => {
      const { rows } = await pool.query<{ n: string }>(`select n from epoch.counter where name = 'identity'`);
      return String(rows[0]?.n);
    });
  const before = await readEpoch();
  assert.equal((await askToken(hub, fields)).status, 400);
  const after = await readEpoch();
  assert.notEqual(after, before, 'every hub forgets the token that ended');
  assert.equal((await askToken(hub, fields)).status, 400);
  assert.equal(await readEpoch(), after);
});

void test(
  'making a code does not wait for old ones that somebody shows right now',
  { timeout: 60_000 },
  async () => {
    await using hub = await openServedHub();
    const client = await registerClient(hub);
    const browser = await signedInBrowser(hub, 'alice');
    await allow(browser, authorizePath(client, newPkce()));
    await withPool(hub.database.superuser, async (pool) => {
      await pool.query(`update oauth.code set expires_at = now() - interval '40 days'`);
      await pool.query('begin');
      await pool.query('select 1 from oauth.code for update');
      const path = authorizePath(client, newPkce());
      const made = browser.open(path).then(({ location }) => location);
      const waited = await Promise.race([
        made,
        new Promise((resolve) => void setTimeout(resolve, 20_000, 'waits')),
      ]);
      assert.match(String(waited), /code=/, 'the row is left for the next time');
      await pool.query('rollback');
      assert.match(await made, /code=/);
    });
  },
);
