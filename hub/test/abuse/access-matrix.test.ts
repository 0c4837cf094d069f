// Every route by every kind of caller, as docs/generated/access-matrix.md says. A new route fails here until somebody has
// said who may call it, and what it leaves on the ledger.
import assert from 'node:assert/strict';
import test from 'node:test';
import { accessRules } from '../../src/describe.ts';
import { type Grant, type ScopedGrant } from '../../src/modules/access/index.ts';
import { EntrySearch } from '../../src/modules/ledger/index.ts';
import { type Repo } from '../../src/modules/repos/index.ts';
import { CALLER_NAMES, MATRIX, OTHER_PROOFS, type Caller } from '../harness/access-matrix.ts';
import { registerClient, signInTo } from '../harness/oauth-client.ts';
import { openProvenCalls, send, withProof } from '../harness/proven-calls.ts';
import { askedPath, ROUTE_CALLS } from '../harness/route-calls.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { withPool } from '../harness/shared-server.ts';
import { StandInRunner } from '../harness/stand-in-runner.ts';
import { signInAs } from '../harness/sign-in.ts';

type Visibility = 'private' | 'public';

/** Routes after which the next caller would find another state: each gets a repository of its own. */
const SPENDING = new Set(['deleteRepo', 'moveRepo', 'deleteBranch', 'deleteTag']);
/** Methods that change something. */
const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const COOKIES =
  'only by the cookie of a page, which no caller here has: what it does is recorded by the same modules';
/** Routes of these methods that change nothing that stays, as they are called here, and why. */
const LEAVES_NOTHING: Readonly<Record<string, string>> = {
  beginDeviceLogin: 'nobody is known yet; the answer of a person is recorded',
  postUserInfo: 'reads',
  exchangeToken: 'there is nothing to exchange',
  postPage: 'an empty form',
  postRepoPage: 'an empty form',
  postRepoText: COOKIES,
  postSecretPage: COOKIES,
  planPageUpload: COOKIES,
  putPageObject: COOKIES,
  commitFromPage: COOKIES,
  revokeCredentials: 'what is sent is no token',
  validateYaml: 'reads',
  getPathsInfo: 'reads',
  preuploadFiles: 'reads',
  lfsBatch: 'gives links; what comes in by them is recorded',
  lfsVerifyLocks: 'there are no locks',
  deleteLargeFiles: 'deletes none',
  duplicateLargeFiles: 'copies none',
  visitSpace: 'what the app does is its own',
  postToSpace: 'what the app does is its own',
  putToSpace: 'what the app does is its own',
  patchInSpace: 'what the app does is its own',
  deleteInSpace: 'what the app does is its own',
};
const DAY_MINUTES = 24 * 60;

/** A hub with everybody, and how each of them calls. */
interface Scene extends AsyncDisposable {
  readonly hub: ServedHub;
  addRepo(name: string, wish: { type: 'model' | 'space'; visibility: Visibility }): Promise<Repo>;
  headersOf(caller: Caller, repo: Repo): Promise<Record<string, string>>;
}

/** Applications of somebody else, to which the owner signs in: what they ask for, and whether they may in the organisation. */
const APPLICATIONS = {
  appReads: { scope: 'openid read-repos', inOrg: true },
  appWrites: { scope: 'openid manage-repos', inOrg: true },
  appElsewhere: { scope: 'openid manage-repos', inOrg: false },
};

async function openScene(access: 'signed-in' | 'anonymous'): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const runner = opened.use(await StandInRunner.open());
  const hub = opened.use(await openServedHub({ access, vault: true, ...runner.options }));
  const { identity, members, tokens, changes, authentication, orgTokens } = hub.modules;
  await signInAs(hub, 'ada');
  for (const name of ['stranger', 'outsider', 'reader', 'contributor', 'writer']) await hub.addUser(name);
  const root = { name: 'boss', email: 'boss@example.org', administrator: true };
  await identity.createUser(OPERATOR, root);
  const org = await identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await identity.createOrg(OPERATOR, { name: 'umbrella', owner: 'outsider' });
  for (const role of ['read', 'contributor', 'write'] as const)
    await members.put(OPERATOR, {
      org: 'acme',
      user: { read: 'reader', contributor: 'contributor', write: 'writer' }[role],
      role,
    });
  // Once what they may do is settled: each change gives a session another value.
  const { value } = await signInAs(hub, 'ada');
  const issue = async (user: string, grant: Grant, more: object = {}) => {
    const { token, text } = await tokens.issue(OPERATOR, { user, name: 'test', grant, ...more });
    return { id: token.id, text: text.reveal('to send it') };
  };
  const write = async (user: string): Promise<string> => (await issue(user, { role: 'write' })).text;
  const owner = await write('ada');
  const addRepo: Scene['addRepo'] = async (name, wish) => {
    const { actor } = await authentication.authenticate(owner);
    const sdk = wish.type === 'space' ? 'gradio' : null;
    const repo = await changes.create(actor, { ...wish, namespace: 'acme', name, sdk, licence: null });
    for (const [what, body] of wish.type === 'space'
      ? []
      : ([
          ['branch/old', {}],
          ['tag/main', { tag: 'v0' }],
        ] as const)) {
      const answer = await fetch(`${hub.url}/api/models/acme/${name}/${what}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${owner}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      assert.equal(answer.status, 200, await answer.text());
    }
    return repo;
  };
  const fine = (entity: ScopedGrant['entity'], writing: boolean, patterns?: readonly string[]): Grant => ({
    role: 'fineGrained',
    scoped: [
      {
        entity,
        permissions: writing ? ['repo.write'] : ['repo.content.read'],
        ...(patterns && { patterns }),
      },
    ],
    global: [],
    canReadGatedRepos: false,
  });
  const other = await addRepo('unrelated', { type: 'model', visibility: 'private' });
  const acme = { type: 'org', id: org.id, name: 'acme' } as const;
  const entityOf = ({ type, id, name }: Repo) => ({ type, id, name: `acme/${name}` });
  const expired = await issue('ada', { role: 'write' }, { expiresInDays: 1 });
  hub.passTime(DAY_MINUTES + 1);
  const revoked = await issue('ada', { role: 'write' });
  await tokens.revoke(OPERATOR, revoked.id);
  const withheld = await issue('ada', { role: 'write' });
  await orgTokens.end(OPERATOR, 'acme', withheld.id);
  const fixed: Partial<Record<Caller, string>> = {
    revoked: revoked.text,
    expired: expired.text,
    bound: (await issue('ada', { role: 'write' }, { addresses: ['192.0.2.0/24'] })).text,
    stranger: await write('stranger'),
    administrator: await write('boss'),
    outsider: await write('outsider'),
    reader: await write('reader'),
    contributor: await write('contributor'),
    writer: await write('writer'),
    owner,
    readToken: (await issue('ada', { role: 'read' })).text,
    whole: (await issue('ada', fine(acme, true))).text,
    elsewhere: (await issue('ada', fine(entityOf(other), true))).text,
    otherNames: (await issue('ada', fine(acme, true, ['other-*']))).text,
    withheld: withheld.text,
  };
  for (const [caller, { scope, inOrg }] of Object.entries(APPLICATIONS)) {
    const client = await registerClient(hub, { scopes: scope.split(' ') });
    const asked = { user: 'ada', scope, ...(inOrg && { org: org.id }) };
    fixed[caller as keyof typeof APPLICATIONS] = (await signInTo(hub, client, asked)).access_token;
  }
  const waiting = await issue('ada', fine(acme, true));
  fixed.waiting = waiting.text;
  // All the others are approved: what is refused to them is not refused for that.
  const approve = async (): Promise<void> => {
    for (const { token, reach } of await orgTokens.list(OPERATOR, 'acme'))
      if (token.id !== waiting.id && reach === 'waits') await orgTokens.approve(OPERATOR, 'acme', token.id);
  };
  await hub.modules.orgPolicies.change(OPERATOR, 'acme', { approvesTokens: true });
  await approve();
  const own = new Map<string, string>();
  const tokenOf = async (caller: Caller, repo: Repo): Promise<string | undefined> => {
    if (caller !== 'oneRead' && caller !== 'oneWrite') return fixed[caller];
    const key = `${caller}/${repo.id}`;
    const known = own.get(key);
    if (known !== undefined) return known;
    const { text } = await issue('ada', fine(entityOf(repo), caller === 'oneWrite'));
    await approve();
    own.set(key, text);
    return text;
  };
  const running = opened.move();
  return {
    hub,
    addRepo,
    async headersOf(caller, repo) {
      if (caller === 'session')
        return { cookie: `holdfast-${hub.port}-session=${value.reveal('to send it')}` };
      const token = await tokenOf(caller, repo);
      return token === undefined ? {} : { authorization: `Bearer ${token}` };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Calls a route as somebody; gives whether they were let in, and what was said. */
async function call(
  scene: Scene,
  route: { method: string; path: string; operation: string },
  { caller, repo }: { caller: Caller; repo: Repo },
): Promise<{ allowed: boolean; status: number; said: string }> {
  const { rest, body: bodyOf } = ROUTE_CALLS[route.operation] ?? {};
  const id = `acme/${repo.name}`;
  const body = bodyOf?.(id);
  const answer = await fetch(
    scene.hub.url + askedPath(route.path, { repo: id, org: 'acme', user: 'ada', rest }),
    {
      method: route.method,
      headers: {
        ...(await scene.headersOf(caller, repo)),
        'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json',
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      redirect: 'manual',
    },
  );
  const text = await answer.text();
  // How a page refuses who is not known.
  const asked = answer.headers.get('location')?.startsWith('/sign-in?to=') === true;
  // What is there already is said only to who might make it.
  const allowed = (answer.status < 400 && !asked) || answer.status === 409;
  const { status } = answer;
  return { allowed, status, said: `${status} ${answer.headers.get('x-error-code')} ${text.slice(0, 200)}` };
}

/** Entries of what people changed. */
async function countActs({ hub }: Scene): Promise<number> {
  return await withPool(hub.database.superuser, async (pool) => {
    const { rows } = await pool.query<{ n: number }>(
      `select count(*)::int as n from ledger.entry
        where kind not like 'read.%' and kind not like 'refusal.%' and actor like 'user:%'`,
    );
    return rows[0]?.n ?? Number.NaN;
  });
}

void test('every route lets in whom the access matrix names, and nobody else', async (t) => {
  await using closed = await openScene('signed-in');
  await using open = await openScene('anonymous');
  const rules = accessRules().filter(({ access }) => OTHER_PROOFS[access] === undefined);
  const repos = new Map<string, Repo>();
  const repoFor = async (
    scene: Scene,
    route: { readonly path: string; readonly operation: string },
    { caller, visibility }: { readonly caller: Caller; readonly visibility: Visibility },
  ): Promise<Repo> => {
    const type = route.path.startsWith('/api/spaces/') ? 'space' : 'model';
    const own = SPENDING.has(route.operation) ? `-${route.operation}-${caller}` : '';
    const name = `${visibility}-${type}${own}`.toLowerCase();
    const key = `${scene.hub.port}/${name}`;
    const repo = repos.get(key) ?? (await scene.addRepo(name, { type, visibility }));
    repos.set(key, repo);
    return repo;
  };
  for (const route of rules)
    await t.test(route.operation, async () => {
      const rule = MATRIX[route.operation];
      assert.ok(rule !== undefined, `say in MATRIX who may call ${route.operation}`);
      const calls = [];
      for (const visibility of ['private', 'public'] as const)
        for (const caller of CALLER_NAMES) {
          const scene = caller === 'visitor' ? open : closed;
          const repo = await repoFor(scene, route, { caller, visibility });
          await scene.headersOf(caller, repo);
          calls.push({ visibility, caller, scene, repo });
        }
      const before = await countActs(closed);
      for (const { visibility, caller, scene, repo } of calls) {
        const { allowed, said } = await call(scene, route, { caller, repo });
        assert.equal(allowed, rule[visibility].has(caller), `${caller}, ${visibility}: ${said}`);
      }
      const leaves = CHANGING.has(route.method) && LEAVES_NOTHING[route.operation] === undefined;
      assert.equal((await countActs(closed)) > before, leaves, 'whether the ledger says what was changed');
    });
  const known = new Set(rules.map(({ operation }) => operation));
  assert.deepEqual(
    Object.keys(MATRIX).filter((name) => !known.has(name)),
    [],
    'every rule is for a route',
  );
});

void test('a route that asks for another proof lets in no caller by who they are, and whoever shows the proof', async (t) => {
  await using closed = await openScene('signed-in');
  await using open = await openScene('anonymous');
  const rules = accessRules().filter(
    ({ access }) => OTHER_PROOFS[access] !== undefined && access !== 'operator',
  );
  assert.ok(rules.length > 15);
  const at = async (scene: Scene) => {
    const repo = await scene.addRepo('proven', { type: 'model', visibility: 'private' });
    const { authorization = '' } = await scene.headersOf('owner', repo);
    const where = { token: authorization.replace('Bearer ', ''), repo: `acme/${repo.name}` };
    return { scene, repo, calls: await openProvenCalls(scene.hub, where) };
  };
  const [atClosed, atOpen] = [await at(closed), await at(open)];
  for (const caller of CALLER_NAMES) await closed.headersOf(caller, atClosed.repo);
  const before = await countActs(closed);
  for (const { operation, access } of rules)
    await t.test(operation, async () => {
      for (const caller of CALLER_NAMES) {
        const { scene, repo, calls } = caller === 'visitor' ? atOpen : atClosed;
        const made = calls[operation] ?? assert.fail('say how it is called with something that is there');
        const own = await scene.headersOf(caller, repo);
        for (const asked of [made, ...(access === 'link' ? [withProof(made, true)] : [])]) {
          const { allowed, status, said } = await send(asked, own);
          assert.ok(!allowed && status < 500, `${caller}: ${said}`);
        }
      }
      const made = atClosed.calls[operation] ?? assert.fail();
      const { allowed, said } = await send(withProof(made, true));
      assert.ok(!allowed, `with a proof that is spoilt: ${said}`);
    });
  assert.equal(await countActs(closed), before);
  // Otherwise nothing of the above would show what refuses.
  for (const [operation, made] of Object.entries(atClosed.calls)) {
    const { allowed, said } = await send(withProof(made));
    assert.ok(allowed, `${operation}, with its proof: ${said}`);
  }
  assert.deepEqual(
    Object.keys(atClosed.calls).toSorted(),
    rules.map(({ operation }) => operation).toSorted(),
  );
});

/** What stands for a parameter of an operator's route, by what is before it in the path: names of what is there. */
async function operatorPaths(
  { hub }: Scene,
  repo: Repo,
): Promise<(route: { readonly path: string }) => string> {
  const { clientId } = await registerClient(hub);
  const [{ token } = assert.fail('there are tokens')] = await hub.modules.orgTokens.list(OPERATOR, 'acme');
  const { items } = await new EntrySearch(hub.modules.db).list({}, { limit: 1 });
  const named: Record<string, string> = {
    ...{ orgs: 'acme', namespaces: 'acme', quotas: 'acme', users: 'ada', tokens: token.id },
    ...{ chains: encodeURIComponent(`repo:${repo.id}`), entries: items[0]?.hash ?? '', consistency: '1' },
    ...{ '{older}': '2', applications: clientId },
  };
  return ({ path }) => {
    const parts = path.split('/');
    return parts
      .map((part, at) =>
        part.startsWith('{') ? (named[parts[at - 1] ?? ''] ?? assert.fail(`say what is at ${path}`)) : part,
      )
      .join('/');
  };
}

void test("the operator's routes are not there for any caller, whatever of what is there they name", async (t) => {
  await using closed = await openScene('signed-in');
  await using open = await openScene('anonymous');
  const rules = accessRules().filter(({ access }) => access === 'operator');
  assert.ok(rules.length > 35);
  const wish = { type: 'model', visibility: 'public' } as const;
  const [atClosed, atOpen] = [await closed.addRepo('other', wish), await open.addRepo('other', wish)];
  const [pathAtClosed, pathAtOpen] = [
    await operatorPaths(closed, atClosed),
    await operatorPaths(open, atOpen),
  ];
  for (const caller of CALLER_NAMES) await closed.headersOf(caller, atClosed);
  const before = await countActs(closed);
  for (const route of rules)
    await t.test(route.operation, async () => {
      for (const caller of CALLER_NAMES) {
        const [scene, repo, pathOf] =
          caller === 'visitor' ? ([open, atOpen, pathAtOpen] as const) : [closed, atClosed, pathAtClosed];
        const headers = { 'content-type': 'application/json' };
        const body = route.method === 'GET' ? null : '{}';
        const sent = { ...route, url: scene.hub.url + pathOf(route), headers, body };
        const { status, said } = await send(sent, await scene.headersOf(caller, repo));
        assert.equal(status, 404, `${caller}: ${said}`);
      }
    });
  assert.equal(await countActs(closed), before);
});
