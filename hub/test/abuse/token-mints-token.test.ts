// Whoever has a token gets no other one by it, and nothing that does more than it does: not where people make tokens, not
// where programs fetch theirs, and not where the hub itself makes links and short tokens of one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { PERMISSIONS, type Grant } from '../../src/modules/access/index.ts';
import { askBatch, sampleOf, type BatchObject } from '../harness/lfs.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { withPool } from '../harness/shared-server.ts';
import { TestBrowser } from '../harness/test-browser.ts';
import { askSession, openXet, putXorb, xetSample } from '../harness/xet.ts';

const REPO = 'ada/model';
const HF_CLIENT = '26be6b09-91c5-47da-9861-d2d2bb7a7e36';

async function openSetting() {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub());
  const { id } = await hub.modules.identity.createUser(OPERATOR, {
    ...{ name: 'ada', email: 'ada@example.org', administrator: true },
  });
  await hub.addRepo(REPO);
  const issue = async (grant: Grant): Promise<string> => {
    const { text } = await hub.modules.tokens.issue(OPERATOR, { user: 'ada', name: 'test', grant });
    return text.reveal('to send it');
  };
  const whole = [{ entity: { type: 'user', id, name: 'ada' } as const, permissions: [...PERMISSIONS] }];
  const rest = { global: ['discussion.write', 'post.write'] as const, canReadGatedRepos: true };
  const tokens = {
    read: await issue({ role: 'read' }),
    write: await issue({ role: 'write' }),
    'all that a fine-grained token can name': await issue({ role: 'fineGrained', scoped: whole, ...rest }),
  };
  opened.move();
  return { hub, tokens };
}

async function exchange(
  { url }: ServedHub,
  token: string,
  fields: Record<string, string>,
): Promise<Response> {
  return await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: new URLSearchParams(fields),
  });
}

/** How many tokens there are. */
async function countTokens({ database }: ServedHub): Promise<number> {
  return await withPool(database.superuser, async (pool) => {
    const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from tokens.token');
    return rows[0]?.n ?? Number.NaN;
  });
}

void test('no token makes another', async (t) => {
  const { hub, tokens } = await openSetting();
  await using _hub = hub;
  for (const [kind, token] of Object.entries(tokens))
    await t.test(kind, async () => {
      const before = await countTokens(hub);
      const { actor } = await hub.modules.authentication.authenticate(token);
      for (const grant of [{ role: 'write' }, { role: 'read' }] as const)
        await assert.rejects(
          hub.modules.tokens.issue(actor, { user: 'ada', name: 'more', grant }),
          (error: unknown) => isFault(error, 'token.forbidden'),
        );
      const form = { name: 'more', days: '90', kind: 'write', email: 'more@example.org' };
      const browser = new TestBrowser(hub);
      for (const path of ['/account/tokens?/create', '/account/invitations?/invite', '/device?/approve']) {
        const { location } = await browser.send(path, form, { authorization: `Bearer ${token}` });
        assert.match(location, /^\/sign-in/, path);
      }
      for (const fields of [
        {
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token: token,
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        },
        { grant_type: 'refresh_token', refresh_token: token },
        { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: token },
        { grant_type: 'client_credentials', client_id: HF_CLIENT, client_secret: token },
      ]) {
        const answer = await exchange(hub, token, fields);
        assert.equal(answer.status, 400, fields.grant_type);
        assert.doesNotMatch(await answer.text(), /hf_[A-Za-z0-9]{36}/);
      }
      assert.equal(await countTokens(hub), before);
    });
});

void test('what the hub makes of a token that reads does not write', async () => {
  const { hub, tokens } = await openSetting();
  await using _hub = hub;
  const { read } = tokens;
  const sample = sampleOf('content');
  const batch = await askBatch(hub, {
    ...{ token: read, repo: REPO, operation: 'upload' },
    objects: [{ oid: sample.oid, size: sample.size }],
  });
  const { objects } = (await batch.json()) as { objects?: readonly BatchObject[] };
  assert.ok(batch.status >= 400 && (objects ?? []).every(({ actions }) => actions === undefined));
  assert.equal((await askSession(hub, { token: read, repo: REPO }, 'write')).status, 403);
  const reading = await openXet(hub, { token: read, repo: REPO }, 'read');
  assert.ok((await putXorb(reading, xetSample().xorb)).status >= 401);
  // A short token of one that writes is none for the rest of the hub.
  const writing = await openXet(hub, { token: tokens.write, repo: REPO }, 'write');
  for (const path of ['/api/whoami-v2', `/api/models/${REPO}`]) {
    const headers = { authorization: `Bearer ${writing.accessToken}` };
    assert.equal((await fetch(hub.url + path, { headers })).status, 401, path);
  }
});
