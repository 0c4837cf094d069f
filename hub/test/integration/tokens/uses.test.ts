// A classic token tells what it was used for, and a fine-grained one with just that does the same and nothing else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Db } from '@holdfast/platform/postgres/database';
import { TokenScopes, TokenUses } from '../../../src/modules/tokens/index.ts';
import { RepoReader } from '../../../src/modules/repos/index.ts';
import { commit, regularFile } from '../../harness/lfs.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

async function statusOf(
  hub: ServedHub,
  token: string,
  { path, body }: { readonly path: string; readonly body?: object },
): Promise<number> {
  const answer = await fetch(hub.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  await answer.text();
  return answer.status;
}

async function scopesOf(uses: TokenUses, id: string): Promise<string[]> {
  await uses.flush();
  return await uses.listScopes(id as never);
}

void test('a classic token is shown with the scopes of its use, and these are enough for it', async () => {
  await using hub = await openServedHub({ access: 'anonymous' });
  await hub.addUser('ada');
  for (const name of ['read', 'written', 'other']) await hub.addRepo(`ada/${name}`);
  await hub.addRepo('ada/open', { visibility: 'public' });
  const classic = await hub.addToken('ada', 'write');
  const work = async (token: string): Promise<number[]> => {
    const read = await statusOf(hub, token, { path: '/api/models/ada/read/tree/main' });
    const open = await statusOf(hub, token, { path: '/api/models/ada/open/tree/main' });
    await commit(hub, { token, repo: 'ada/written' }, [regularFile('a.txt', String(Math.random()))]);
    return [read, open, await statusOf(hub, token, { path: '/api/models/ada/read/like', body: {} })];
  };
  assert.deepEqual(await work(classic.text), [200, 200, 200]);
  const { modules } = hub;
  const scopes = await scopesOf(modules.uses, classic.id);
  assert.deepEqual(scopes, [
    'model:ada/read=repo.content.read',
    'model:ada/written=repo.write',
    'user:ada=user.social.likes.write',
  ]);
  const parser = new TokenScopes({
    identity: modules.identity,
    findRepo: async (type, name) => (await new RepoReader(modules.db).findByName(type, name))?.repo,
  });
  const grant = await parser.parseGrant(undefined, scopes);
  const { token, text } = await modules.tokens.issue(OPERATOR, { user: 'ada', name: 'narrow', grant });
  const narrow = text.reveal('to send it');
  assert.deepEqual(await work(narrow), [200, 200, 200]);
  assert.equal(await statusOf(hub, narrow, { path: '/api/models/ada/other/tree/main' }), 404);
  assert.deepEqual(await scopesOf(modules.uses, token.id), [], 'of fine-grained tokens nothing is noted');
});

void test('a token that reaches very many repositories is noted by namespaces, in bounded space', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ada');
  const { id, text } = await hub.addToken('ada', 'read');
  const { actor } = await hub.modules.authentication.authenticate(text);
  for (let at = 0; at < 300; at += 1)
    hub.modules.uses.note(actor, {
      entity: { type: 'model', id: at.toString(16).padStart(24, '0') as never, name: `ada/m${at}` },
      namespace: { type: 'user', id: actor.userId, name: 'ada' },
      permission: 'repo.content.read',
    });
  const scopes = await scopesOf(hub.modules.uses, id);
  assert.ok(scopes.length <= 101, `${scopes.length}`);
  assert.ok(scopes.includes('user:ada=repo.content.read'));
});

void test('the page offers the token that takes the place of a classic one', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'ada');
  await hub.addRepo('ada/zebra');
  const { id, text } = await hub.addToken('ada', 'read');
  assert.equal(await statusOf(hub, text, { path: '/api/models/ada/zebra/tree/main' }), 200);
  await hub.modules.uses.flush();
  const browser = new TestBrowser(hub);
  await browser.signIn('ada', PASSWORD);
  const { body } = await browser.open(`/account/tokens?in-place-of=${id}`);
  assert.match(body, /<code>model:ada\/zebra=repo\.content\.read<\/code>/);
  assert.match(body, /<textarea id="scopes"[^>]*>\s*model:ada\/zebra=repo\.content\.read\s*<\/textarea>/);
  const foreign = await hub.addUser('bob').then(() => hub.addToken('bob', 'read'));
  assert.doesNotMatch(
    (await browser.open(`/account/tokens?in-place-of=${foreign.id}`)).body,
    /textarea[^>]*>\s*model/,
  );
});

void test('what was noted while the database takes nothing is written as soon as it does', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ada');
  for (const name of ['first', 'second']) await hub.addRepo(`ada/${name}`);
  const tokens = [await hub.addToken('ada', 'read'), await hub.addToken('ada', 'read')];
  const { uses } = hub.modules;
  const use = async (name: string): Promise<void> => {
    for (const { text } of tokens)
      assert.equal(await statusOf(hub, text, { path: `/api/models/ada/${name}/tree/main` }), 200);
  };
  const shown = async (): Promise<string[][]> =>
    await Promise.all(tokens.map(async ({ id }) => await uses.listScopes(id as never)));
  await using behind = openSuperuserPool(hub.database);
  const [broken] = tokens;
  await behind.pool.query(`
    create function public.fail() returns trigger language plpgsql as $$ begin raise 'no room'; end $$;
    create trigger fail before insert on tokens.used for each row
      when (new.token_id = '${broken?.id}') execute function public.fail()`);
  await use('first');
  await assert.rejects(uses.flush(), AggregateError);
  const [none, some] = [[], ['model:ada/first=repo.content.read']];
  assert.deepEqual(await shown(), [none, some], 'one that fails keeps none of another token');
  await behind.pool.query('drop trigger fail on tokens.used');
  // The same within the hour is not noted again: it waits since it was.
  await use('second');
  await uses.flush();
  const both = [...some, 'model:ada/second=repo.content.read'];
  assert.deepEqual(await shown(), [both, both]);
});

void test('a database that is away is asked once, and what never can be written waits a day', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ada');
  let asked = 0;
  let why: Error & { code?: string } = Object.assign(new Error('away'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
  });
  const failing = {
    transaction: async () => {
      asked += 1;
      await Promise.reject(why);
    },
  } as unknown as Db;
  const uses = new TokenUses({ db: failing, clock: { now: () => hub.now() } });
  for (const { text } of [await hub.addToken('ada', 'read'), await hub.addToken('ada', 'read')]) {
    const { actor } = await hub.modules.authentication.authenticate(text);
    const user = { type: 'user', id: actor.userId, name: 'ada' } as const;
    uses.note(actor, { entity: user, namespace: user, permission: 'repo.content.read' });
  }
  const flush = async (): Promise<number> => {
    asked = 0;
    await uses.flush().catch((error: unknown) => assert.ok(error instanceof AggregateError));
    return asked;
  };
  assert.equal(await flush(), 1);
  why = new Error('something is wrong with it');
  assert.equal(await flush(), 2, 'each is asked for');
  hub.passTime(25 * 60);
  assert.equal(await flush(), 2);
  assert.equal(await flush(), 0, 'it waits no longer');
});
