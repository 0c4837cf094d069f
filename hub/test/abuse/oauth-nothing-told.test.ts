// Whoever reads logs, entries or tables of the hub finds no code, token or secret of an application.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  allow,
  askToken,
  authorizePath,
  codeFields,
  newPkce,
  refreshFields,
  registerClient,
  signedInBrowser,
} from '../harness/oauth-client.ts';
import { openServedHub } from '../harness/served-hub.ts';
import { withPool } from '../harness/shared-server.ts';

void test('texts are shown once and kept nowhere', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { confidential: true });
  const browser = await signedInBrowser(hub, 'alice');
  const pkce = newPkce();
  const to = await allow(browser, authorizePath(client, pkce));
  const code = to.searchParams.get('code') ?? '';
  const { body: first } = await askToken(hub, codeFields(client, pkce, code));
  const { body: second } = await askToken(hub, refreshFields(client, first.refresh_token));
  const texts = [client.secret ?? '', code, pkce.verifier, first.access_token, first.refresh_token];
  const all = [...texts, second.access_token, second.refresh_token];
  assert.ok(all.every((text) => text.length > 30));
  const kept = await withPool(hub.database.superuser, async (pool) => {
    const { rows } = await pool.query<{ dump: string }>(
      `select coalesce(string_agg(x::text, ' '), '') as dump from (
         select e::text as x from ledger.entry e union all select p::text from ledger.personal p
         union all select c::text from oauth.code c union all select r::text from oauth.refresh r
         union all select a::text from oauth.application a union all select t::text from tokens.token t
         union all select m::text from mail.message m) all_rows`,
    );
    return rows[0]?.dump ?? '';
  });
  const said = hub.lines.join('\n');
  for (const text of all) assert.ok(!kept.includes(text) && !said.includes(text));
});
