// A token that is bound to networks is of no use elsewhere: not through a forwarded address that a stranger makes up, not on
// a connection on which it was accepted a moment ago, not through what was made from it.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import test from 'node:test';
import { EntrySearch } from '../../src/modules/ledger/index.ts';
import { sampleOf, uploadFile } from '../harness/lfs.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';

const HOME = '192.0.2.7';
const AWAY = '198.51.100.7';
const HOME6 = '2001:db8::7';

async function openBound(options: { trusted: boolean; addresses?: readonly string[] }) {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub(options.trusted ? { trustedProxies: ['127.0.0.1'] } : {}));
  const owner = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const wish = {
    ...{ user: 'ada', name: 'bound', grant: { role: 'write' } as const },
    addresses: options.addresses ?? ['192.0.2.0/24', '2001:db8::/32'],
  };
  const { token, text } = await hub.modules.tokens.issue(OPERATOR, wish);
  const bound = { id: token.id, text: text.reveal('to send it') };
  opened.move();
  return { hub, owner, bound };
}

/** Calls as a client behind the proxy; one connection for all calls with the same agent. */
async function ask(
  hub: ServedHub,
  path: string,
  from: { address: string; token?: string; method?: string; agent?: Agent },
): Promise<{ status: number; code: string; body: string }> {
  const { address, token, method = 'GET', agent } = from;
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    code: string;
    body: string;
  }>();
  const headers = { 'x-forwarded-for': address, ...(token && { authorization: `Bearer ${token}` }) };
  const url = new URL(path, hub.url);
  request(url, { method, headers, ...(agent && { agent }) }, (answer) => {
    let body = '';
    answer.setEncoding('utf8').on('data', (part: string) => (body += part));
    const code = String(answer.headers['x-error-code'] ?? '');
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, code, body }));
  })
    .on('error', reject)
    .end();
  return await promise;
}

void test('a bound token is accepted from its networks alone, by every call on a connection', async () => {
  const { hub, bound } = await openBound({ trusted: true });
  await using _hub = hub;
  using agent = new DisposableAgent();
  const from = async (address: string): Promise<number> =>
    (await ask(hub, '/api/whoami-v2', { address, token: bound.text, agent })).status;
  assert.deepEqual([await from(HOME), await from(HOME6), await from('::ffff:192.0.2.8')], [200, 200, 200]);
  assert.deepEqual([await from(AWAY), await from('2001:db9::7'), await from('unknown')], [403, 403, 403]);
  assert.equal(await from(HOME), 200, 'and it lives on');
});

void test('a refusal is recorded with the token and the address, and is no use of the token', async () => {
  const { hub, bound } = await openBound({ trusted: true });
  await using _hub = hub;
  const { status, body } = await ask(hub, '/api/whoami-v2', { address: AWAY, token: bound.text });
  assert.equal(status, 403);
  assert.match(body, /not accepted from the address 198\.51\.100\.7/);
  await hub.modules.refusals.flush();
  await hub.modules.authentication.flushUses();
  const search = new EntrySearch(hub.modules.db);
  const { items } = await search.list({ credential: `token:${bound.id}` }, { limit: 10 });
  const noted = items.find(({ kind }) => kind === 'refusal.noted');
  assert.match(noted?.body ?? '', /token\.address-refused/);
  assert.equal(noted?.personal['address'], AWAY);
  const [listed] = (await hub.modules.tokens.list(OPERATOR, 'ada')).filter(
    ({ token }) => token.id === bound.id,
  );
  assert.equal(listed?.lastUse, null);
});

void test('what a stranger writes into a forwarded header counts for nothing', async () => {
  const { hub, bound } = await openBound({ trusted: false });
  await using _hub = hub;
  for (const address of [HOME, `${HOME}, 127.0.0.1`, HOME6])
    assert.equal((await ask(hub, '/api/whoami-v2', { address, token: bound.text })).status, 403, address);
});

void test('behind a proxy the address is the one that the proxy saw, not what the client wrote before it', async () => {
  const { hub, bound } = await openBound({ trusted: true });
  await using _hub = hub;
  assert.equal(
    (await ask(hub, '/api/whoami-v2', { address: `${HOME}, ${AWAY}`, token: bound.text })).status,
    403,
  );
});

void test('links and Xet tokens made from a bound token are bound alike', async () => {
  const { hub, owner, bound } = await openBound({ trusted: true });
  await using _hub = hub;
  await uploadFile(hub, { token: owner, repo: 'ada/model', sample: sampleOf('large'), path: 'weights.bin' });
  const token = bound.text;
  const read = JSON.parse(
    (await ask(hub, '/api/models/ada/model/xet-read-token/main', { address: HOME, token })).body,
  ) as { casUrl: string; accessToken: string };
  const xet = `${read.casUrl}/v1/reconstructions/${'0'.repeat(64)}`;
  const codes = async (path: string, bearer?: string): Promise<string[]> => {
    const said = [];
    for (const address of [HOME, AWAY])
      said.push((await ask(hub, path, { address, ...(bearer !== undefined && { token: bearer }) })).code);
    return said;
  };
  const [home, away] = await codes(xet, read.accessToken);
  assert.notEqual(home, 'TokenAddressRefused');
  assert.equal(away, 'TokenAddressRefused');
  const link = await downloadLink(hub, token);
  assert.deepEqual(await codes(link), ['', 'TokenAddressRefused']);
});

async function downloadLink(hub: ServedHub, token: string): Promise<string> {
  const answer = await fetch(`${hub.url}/ada/model.git/info/lfs/objects/batch`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/vnd.git-lfs+json',
      'x-forwarded-for': HOME,
    },
    body: JSON.stringify({
      operation: 'download',
      objects: [{ oid: sampleOf('large').oid, size: sampleOf('large').size }],
    }),
  });
  const { objects } = (await answer.json()) as { objects: { actions: { download: { href: string } } }[] };
  return objects[0]?.actions.download.href ?? '';
}

class DisposableAgent extends Agent {
  constructor() {
    super({ keepAlive: true, maxSockets: 1 });
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}
