// Routes of providers, in every spelling.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProvider, PROVIDERS, providersFor } from './providers.ts';
import { provider, to } from './provider.ts';
import { findRoute, isRefusedRoute } from './routes.ts';

const route = (id: string | null, method: string, path: string) =>
  findRoute(
    [findProvider(id)].filter((found) => found !== undefined),
    method,
    path,
  );

void test('findRoute() gives templates, never what was in their places', () => {
  assert.deepEqual(route('openai', 'POST', '/v1/chat/completions'), {
    template: '/v1/chat/completions',
    kind: 'uses',
  });
  assert.equal(route('openai', 'GET', '/v1/models/my-secret-model').template, '/v1/models/{}');
  assert.equal(route('openai', 'HEAD', '/v1/models').template, '/v1/models');
  assert.equal(route('github', 'GET', '/repos/a/b/issues/1').template, '/repos/{}/{}/{*}');
  assert.deepEqual(route('github', 'GET', '/repos/a/b/contents/c/d'), {
    template: '/repos/{}/{}/contents/{*}',
    kind: 'derives',
  });
  assert.equal(route('openai', 'POST', '/v1/models').template, '*');
  assert.equal(route('openai', 'GET', '/unknown/path').template, '*');
  assert.deepEqual(route(null, 'GET', '/v1/models'), { template: '*', kind: 'uses' });
  assert.equal(route('holdfast', 'GET', '/api/models/a/b/xet-read-token/main').kind, 'derives');
  assert.equal(route('holdfast', 'GET', '/a/b/resolve/main/x/y').kind, 'derives');
});

void test('findRoute() refuses what mints or echoes, in every spelling of its path', () => {
  const spellings =
    `/v1/organization/admin_api_keys /v1//organization/projects /v1/./organization/x /V1/Organization/x /v1/%6frganization/x
    /v1/%256frganization/x /x/../v1/organization/x /v1/organization;a=b/x /v1\\organization\\x /v1%2Forganization%2Fx /x/%2e%2e/v1/organization/x
    /v1/organization /v1/organization/ /v1/%2e/organization/x`.split(/\s+/);
  for (const path of spellings) assert.ok(isRefusedRoute(route('openai', 'GET', path)), path);
  assert.ok(isRefusedRoute(route('slack', 'POST', '/api/api.test')));
  assert.ok(isRefusedRoute(route('github', 'POST', '/app/installations/1/access_tokens')));
  assert.ok(isRefusedRoute(route('github', 'GET', '/copilot_internal/v2/token')));
  assert.equal(isRefusedRoute(route('github', 'GET', '/user/keys')), false);
  assert.equal(isRefusedRoute(route('holdfast', 'GET', '/api/models/a/b/xet-read-token/main')), false);
});

void test('findRoute() refuses a route with a format after it, and nothing that only begins like it', () => {
  const at = (method: string, path: string) => isRefusedRoute(route('gitlab', method, path));
  for (const path of `/api/v4/projects/1/variables.json /api/v4/projects/1/variables.xml /api/v4/projects/1/variables%2ejson
    /api/v4/projects/1/variables.json/ /api/v4/projects/1/variables.json;x=y /api/v4/projects/1/variables. /api/v4/groups/1/access_tokens.json
    /api/v4/projects/1/variables.json/KEY/.. /api/graphql.json /jwt/auth.txt /api/v4/projects/g%2Fp/variables.JSON`.split(
    /\s+/,
  ))
    assert.ok(at('GET', path), path);
  assert.ok(isRefusedRoute(route('slack', 'POST', '/api/api.test.json')));
  for (const path of `/api/v4/projects/1/variables_of_mine.json /api/v4/projects/1/repository.json /api/v4/projects/1/repository/variables.json/raw
    /api/v4/projects/variables.json`.split(/\s+/))
    assert.equal(at('GET', path), false, path);
});

void test('findRoute() refuses a route whose escapes some servers read before they look for slashes, and some after', () => {
  const spellings =
    `g%2Fp/%76ariables g%2fp/variable%73/KEY g%252Fp/%76ariables g%2Fp/%2576ariables g%252Fp/%2576ariables g%2Fp/%76ariables;x=y
    g%2Fp;x=%2F/%76ariables g%2Fp/%76ariables%3Bx=y g%2Fp/%76ariables%3Fx g%2Fp/%76ariables.json g%2Fp/%76ariables%2ejson g%2Fp/%2e/%76ariables
    g%2Fp/x/%2e%2e/%76ariables g%2Fp/x/../%76ariables g%2Fp//%76ariables g%2Fp/%20%76ariables%0a g%2Fp/%76ariables%2F g%2Fp/%76ariables%2FKEY
    g%2Fp\\%76ariables ;x/variables %3Bx/%76ariables %2e%2e/variables`.split(/\s+/);
  for (const spelling of spellings) {
    const path = `/api/v4/projects/${spelling}`;
    assert.ok(isRefusedRoute(route('gitlab', 'GET', path)), path);
  }
  assert.ok(isRefusedRoute(route('gitlab', 'POST', '/api/v4/projects/g%2Fp/%61ccess_tokens')));
  assert.ok(isRefusedRoute(route('gitlab', 'POST', '/%61pi/v4/projects/g%2Fp/access_tokens')));
  assert.equal(route('gitlab', 'GET', '/api/v4/projects/g%2Fp').kind, 'derives');
  for (const path of [
    'g%2Fp/repository/files/a%2Fvariables/raw',
    'g%2Fvariables-of-mine/repository',
    'g%2F%76ariables.js/issues',
  ])
    assert.equal(isRefusedRoute(route('gitlab', 'GET', `/api/v4/projects/${path}`)), false, path);
});

void test('findRoute() judges a POST, and a request of any method, by what every method is refused', () => {
  const pipeline = '/api/v4/projects/1/pipelines/2/variables';
  for (const method of ['GET', 'HEAD', 'POST', '*'])
    assert.ok(isRefusedRoute(route('gitlab', method, pipeline)), method);
  for (const method of ['PUT', 'DELETE'])
    assert.equal(isRefusedRoute(route('gitlab', method, pipeline)), false, method);
  assert.ok(isRefusedRoute(route('digitalocean', 'POST', '/v2/databases/1/users/doadmin')));
  assert.ok(isRefusedRoute(route('gitlab', '*', '/api/v4/deploy_keys')));
  assert.equal(isRefusedRoute(route('gitlab', 'GET', '/api/v4/deploy_keys')), false);
  // An application of the instance, and another secret of it.
  for (const path of ['/api/v4/applications', '/api/v4/applications/7/renew-secret'])
    assert.ok(isRefusedRoute(route('gitlab', 'POST', path)), path);
  assert.equal(isRefusedRoute(route('gitlab', 'GET', '/api/v4/applications')), false);
  assert.equal(route('gitlab', '*', '/api/v4/projects/1').kind, 'derives');
  assert.equal(route('gitlab', 'DELETE', '/api/v4/projects/1').kind, 'uses');
  assert.deepEqual(route('gitlab', '*', '/a/b/info/refs'), { template: '/{}/{}/info/refs', kind: 'uses' });
  // No row that a POST is refused by another method's stands beside work that is a POST.
  assert.equal(
    isRefusedRoute(route('gitlab', 'POST', '/api/v4/projects/1/pipeline_schedules/2/play')),
    false,
  );
  assert.equal(isRefusedRoute(route('gitlab', 'POST', '/api/v4/projects/1/pipeline')), false);
});

void test('every route of the table that gives out another credential is refused, and each provider’s known ones are there', () => {
  for (const { id, routes } of PROVIDERS)
    for (const { kind, method, template } of routes) {
      if (kind !== 'mints' && kind !== 'echoes') continue;
      const path = template.replaceAll('{*}', 'x/y').replaceAll('{}', 'x');
      assert.ok(isRefusedRoute(route(id, method === '*' ? 'POST' : method, path)), `${id} ${path}`);
    }
  for (const [id, method, path] of [
    ['gitlab', 'GET', '/jwt/auth'],
    ['gitlab', 'POST', '/api/graphql'],
    ['gitlab', 'POST', '/api/v4/groups/1/service_accounts/2/personal_access_tokens'],
    ['gitlab', 'POST', '/api/v4/projects/1/cluster_agents/2/tokens'],
    ['digitalocean', 'GET', '/v2/registry/docker-credentials'],
    ['digitalocean', 'POST', '/v2/databases/1/users'],
    ['cloudflare', 'POST', '/client/v4/accounts/1/r2/temp-access-credentials'],
    ['cloudflare', 'GET', '/client/v4/accounts/1/cfd_tunnel/2/token'],
    ['stripe', 'POST', '/v1/customer_sessions'],
    ['digitalocean', 'GET', '/v2/databases'],
    ['digitalocean', 'POST', '/v2/databases'],
    ['digitalocean', 'GET', '/v2/databases/1'],
    ['digitalocean', 'GET', '/v2/databases/1/users'],
    ['digitalocean', 'GET', '/v2/databases/1/users/doadmin'],
    ['digitalocean', 'POST', '/v2/databases/1/users/doadmin/reset_auth'],
    ['digitalocean', 'PUT', '/v2/databases/1/users/doadmin'],
    ['digitalocean', 'GET', '/v2/databases/1/pools'],
    ['digitalocean', 'GET', '/v2/databases/1/pools/web'],
    ['digitalocean', 'POST', '/v2/databases/1/pools'],
    ['digitalocean', 'GET', '/v2/databases/1/replicas'],
    ['digitalocean', 'GET', '/v2/databases/1/replicas/near'],
    ['digitalocean', 'POST', '/v2/databases/1/replicas'],
    ['digitalocean', 'GET', '/v2/functions/namespaces'],
    ['digitalocean', 'GET', '/v2/functions/namespaces/fn-1'],
    ['digitalocean', 'POST', '/v2/gen-ai/agents/1/api_keys'],
    ['digitalocean', 'PUT', '/v2/gen-ai/models/api_keys/1/regenerate'],
    ['gitlab', 'GET', '/api/v4/projects/1/variables'],
    ['gitlab', 'GET', '/api/v4/projects/group%2Fproject/variables/DEPLOY_KEY'],
    ['gitlab', 'GET', '/api/v4/groups/1/variables'],
    ['gitlab', 'GET', '/api/v4/admin/ci/variables'],
    ['gitlab', 'GET', '/api/v4/projects/1/pipelines/2/variables'],
    ['gitlab', 'GET', '/api/v4/projects/1/pipeline_schedules/2'],
    ['gitlab', 'GET', '/api/v4/projects/1/secure_files/2/download'],
    ['gitlab', 'POST', '/api/v4/projects/1/deploy_keys'],
    ['gitlab', 'POST', '/api/v4/groups/1/deploy_tokens'],
    ['gitlab', 'POST', '/api/v4/deploy_keys'],
    ['gitlab', 'POST', '/api/v4/deploy_tokens'],
    ['gitlab', 'POST', '/api/v4/groups/1/ssh_certificates'],
    ['cloudflare', 'GET', '/client/v4/accounts/1/warp_connector/2/token'],
    ['cloudflare', 'POST', '/client/v4/accounts/1/cfd_tunnel'],
    ['cloudflare', 'POST', '/client/v4/accounts/1/cfd_tunnel/2/management'],
    ['cloudflare', 'POST', '/client/v4/zones/1/access/service_tokens'],
    ['cloudflare', 'POST', '/client/v4/accounts/1/stream/keys'],
  ] as const)
    assert.ok(isRefusedRoute(route(id, method, path)), `${id} ${path}`);
  for (const [id, method, path] of [
    ['huggingface', 'GET', '/api/buckets/a/b/xet-write-token'],
    ['huggingface', 'GET', '/api/models/gpt2/xet-read-token/main'],
    ['huggingface', 'POST', '/gpt2.git/info/lfs/objects/batch'],
    ['huggingface', 'GET', '/gpt2/resolve/main/x'],
    ['wandb', 'POST', '/graphql'],
    ['gitlab', 'GET', '/api/v4/projects/1'],
    ['gitlab', 'PUT', '/api/v4/groups/1'],
    ['gitlab', 'POST', '/api/v4/projects'],
    ['cloudflare', 'POST', '/client/v4/accounts/1/stream/2/token'],
  ] as const)
    assert.equal(route(id, method, path).kind, 'derives', `${id} ${path}`);
  // Beside them, work goes on.
  for (const [id, method, path] of [
    ['digitalocean', 'DELETE', '/v2/databases/1'],
    ['digitalocean', 'GET', '/v2/databases/1/dbs'],
    ['digitalocean', 'POST', '/v2/functions/namespaces/fn-1/triggers'],
    ['gitlab', 'GET', '/api/v4/projects'],
    ['gitlab', 'GET', '/api/v4/projects/1/repository/files/variables/raw'],
    ['gitlab', 'GET', '/api/v4/projects/1/pipelines/2'],
    ['gitlab', 'GET', '/api/v4/deploy_keys'],
    ['cloudflare', 'GET', '/client/v4/accounts/1/cfd_tunnel'],
    ['cloudflare', 'GET', '/client/v4/accounts/1/stream/2'],
  ] as const)
    assert.equal(isRefusedRoute(route(id, method, path)), false, `${id} ${path}`);
});

void test('providersFor() counts whoever answers at the host, however the key looks, and whose it looks like', () => {
  const ids = (host: string, id: string | null) => providersFor(host, id).map((found) => found.id);
  assert.deepEqual(ids('api.cloudflare.com', null), ['cloudflare']);
  assert.deepEqual(ids('api.cloudflare.com', 'cloudflare'), ['cloudflare']);
  assert.deepEqual(ids('api.cloudflare.com', 'github'), ['cloudflare', 'github']);
  assert.deepEqual(ids('git.example.org', 'gitlab'), ['gitlab']);
  for (const host of ['git.example.org', 'cloudflare.com', 'x.api.cloudflare.com', ''])
    assert.deepEqual(ids(host, null), [], host);
  for (const { id, brokering } of PROVIDERS)
    for (const host of brokering.kind === 'none' ? [] : brokering.hosts)
      assert.ok(ids(host, null).includes(id), `${id} at ${host}`);
});

void test('findRoute() takes the strictest of what several providers say of a route, in either order', () => {
  const of = (id: string, ...routes: readonly string[]) =>
    provider({ id, title: id, names: [], brokering: to([]), routes });
  const [uses, derives, echoes, mints] = ['uses', 'derives', 'echoes', 'mints'].map((kind) =>
    of(kind, `${kind} * /a/{}`),
  );
  const none = of('none');
  assert.ok(uses !== undefined && derives !== undefined && echoes !== undefined && mints !== undefined);
  const rising = [none, uses, derives, echoes, mints];
  for (const [at, strict] of rising.entries())
    for (const mild of rising.slice(0, at))
      for (const both of [
        [mild, strict],
        [strict, mild],
      ])
        assert.deepEqual(findRoute(both, 'GET', '/a/b'), { template: '/a/{}', kind: strict.id });
  // Where they agree, the host's own name for it is told.
  assert.equal(findRoute([uses, of('more', 'uses * /{*}')], 'GET', '/a/b').template, '/a/{}');
  assert.equal(findRoute([of('more', 'uses * /{*}'), uses], 'GET', '/a/b').template, '/{*}');
  assert.deepEqual(findRoute([none, none], 'GET', '/a/b'), { template: '*', kind: 'uses' });
});

void test('provider() refuses a row that names no route', () => {
  const row = { id: 'x', title: 'X', names: [], brokering: to([]) };
  assert.throws(() => provider({ ...row, routes: ['gives GET /x'] }), TypeError);
  assert.throws(() => provider({ ...row, routes: ['mints GET x'] }), TypeError);
  assert.throws(() => provider({ ...row, routes: ['mints'] }), TypeError);
});
