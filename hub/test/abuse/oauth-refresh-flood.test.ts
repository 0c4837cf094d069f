// An application that renews what it has of a person in a circle fills no table: it is held back, and has lost nothing by it. Others,
// and what it has of others, go on.
import assert from 'node:assert/strict';
import test from 'node:test';
import { askToken, refreshFields, registerClient, signInTo, statusWith } from '../harness/oauth-client.ts';
import { openServedHub } from '../harness/served-hub.ts';

const AN_HOUR = 60;

void test(
  'refreshing in a circle ends after sixty times an hour, for that person alone',
  { timeout: 120_000 },
  async () => {
    await using hub = await openServedHub();
    const [client, other] = [await registerClient(hub), await registerClient(hub)];
    let last = await signInTo(hub, client);
    const renew = async (): Promise<number> => {
      const { status, body } = await askToken(hub, refreshFields(client, last.refresh_token));
      if (status === 200) last = body;
      return status;
    };
    for (let n = 0; n < AN_HOUR; n += 1) assert.equal(await renew(), 200, String(n));
    const countTokens = async (): Promise<number> =>
      (await hub.modules.pool.query('select 1 from tokens.token')).rowCount ?? 0;
    const before = await countTokens();
    for (let n = 0; n < 5; n += 1) assert.equal(await renew(), 429);
    assert.equal(await countTokens(), before);
    assert.equal(await statusWith(hub, last.access_token, '/api/whoami-v2'), 200, 'what it has is good');
    for (const [one, user] of [
      [other, 'alice'],
      [client, 'bob'],
    ] as const) {
      const { refresh_token: refresh } = await signInTo(hub, one, { user });
      assert.equal((await askToken(hub, refreshFields(one, refresh))).status, 200);
    }
    hub.passTime(61);
    assert.equal(await renew(), 200, 'the same refresh token is good later');
  },
);
