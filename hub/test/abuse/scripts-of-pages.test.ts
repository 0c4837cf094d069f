// What the scripts of pages call by the cookie of their user, called by everybody who has one: files are sent by whom may write, logs are
// followed by the same, downloads are for readers, and none of it is for a page of somebody else.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import test from 'node:test';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { signInAs } from '../harness/sign-in.ts';
import { StandInRunner } from '../harness/stand-in-runner.ts';

const ROLES = { reader: 'read', contributor: 'contributor', writer: 'write' } as const;
const CALLERS = [
  ...['nobody', 'stranger', 'boss', 'outsider', 'reader', 'contributor', 'writer', 'owner', 'foreign-page'],
];
const WRITERS = ['writer', 'owner'];
const READERS = ['reader', 'contributor', 'writer', 'owner'];

interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly type?: string;
  readonly body?: string;
}

/** One call, as the page's script makes it; and who is let in. */
interface Row {
  readonly name: string;
  readonly who: readonly string[];
  readonly asked: (caller: string) => Asked;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const JSON_TYPE = 'application/json';

const ROWS: readonly Row[] = [
  {
    name: 'planPageUpload',
    who: WRITERS,
    asked: () => ({
      ...{ method: 'POST', path: '/acme/files/send/plan/main', type: JSON_TYPE },
      body: JSON.stringify({ files: [] }),
    }),
  },
  {
    name: 'putPageObject',
    who: WRITERS,
    asked: (caller) => ({
      ...{ method: 'PUT', path: `/acme/files/send/object/${sha256(caller)}?size=${String(caller.length)}` },
      ...{ type: 'application/octet-stream', body: caller },
    }),
  },
  {
    name: 'commitFromPage',
    who: WRITERS,
    asked: (caller) => ({
      ...{ method: 'POST', path: '/acme/files/send/commit/main', type: 'application/x-ndjson' },
      body: [
        { key: 'header', value: { summary: `By ${caller}` } },
        { key: 'file', value: { path: `by-${caller}.txt`, content: 'YQ==', encoding: 'base64' } },
      ]
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    }),
  },
  {
    name: 'followSpaceLog',
    who: WRITERS,
    asked: () => ({ method: 'GET', path: '/spaces/acme/app/logs/build' }),
  },
  {
    name: 'getPageDownload',
    who: READERS,
    asked: () => ({ method: 'GET', path: '/acme/files/download/main/README.md' }),
  },
];

async function setUp(opened: AsyncDisposableStack): Promise<ServedHub> {
  const runner = opened.use(await StandInRunner.open());
  const hub = opened.use(await openServedHub({ vault: true, ...runner.options }));
  const { authentication, changes, identity, members } = hub.modules;
  for (const name of ['stranger', 'outsider', 'owner', ...Object.keys(ROLES)]) await signInAs(hub, name);
  const boss = { name: 'boss', email: 'boss@example.org', administrator: true };
  await identity.createUser(OPERATOR, { ...boss, password: 'a long enough password' });
  await identity.createOrg(OPERATOR, { name: 'acme', owner: 'owner' });
  await identity.createOrg(OPERATOR, { name: 'umbrella', owner: 'outsider' });
  for (const [user, role] of Object.entries(ROLES)) await members.put(OPERATOR, { org: 'acme', user, role });
  const { text } = await hub.addToken('owner', 'write');
  const { actor } = await authentication.authenticate(text);
  const usual = { namespace: 'acme', visibility: 'private', licence: null } as const;
  const files = { 'README.md': Buffer.from('# Files\n') };
  await changes.create(actor, { ...usual, type: 'model', name: 'files', sdk: null, files });
  await changes.create(actor, { ...usual, type: 'space', name: 'app', sdk: 'gradio' });
  return hub;
}

/** What a browser sends along: whose cookie it has, and whose page asks. */
async function headersOf(hub: ServedHub, caller: string): Promise<Record<string, string>> {
  const host = `localhost:${String(hub.port)}`;
  const own = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
  if (caller === 'nobody') return own;
  const { value } = await signInAs(hub, caller === 'foreign-page' ? 'owner' : caller);
  const cookie = `holdfast-${String(hub.port)}-session=${value.reveal('to send it')}`;
  return caller === 'foreign-page'
    ? { host, cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    : { ...own, cookie };
}

/** Whether the call was answered, and with what. What streams is not followed. */
async function call(hub: ServedHub, asked: Asked, headers: Record<string, string>) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { method, path, type, body } = asked;
  const more = type === undefined ? {} : { 'content-type': type };
  const sent = request({ host: '127.0.0.1', port: hub.port, method, path, headers: { ...headers, ...more } });
  sent.once('response', resolve).once('error', reject).end(body);
  const { statusCode: status = 0, headers: answered } = await promise;
  sent.destroy();
  return { allowed: status < 300, said: `${String(status)} ${String(answered['x-error-code'])}` };
}

void test('what scripts of pages call lets in whom the repository does, and no page of somebody else', async (t) => {
  await using opened = new AsyncDisposableStack();
  const hub = await setUp(opened);
  for (const { name, who, asked } of ROWS)
    await t.test(name, async () => {
      for (const caller of CALLERS) {
        const { allowed, said } = await call(hub, asked(caller), await headersOf(hub, caller));
        assert.equal(allowed, who.includes(caller), `${caller}: ${said}`);
      }
    });
  const tree = await call(
    hub,
    { method: 'GET', path: '/acme/files/download/main/by-writer.txt' },
    await headersOf(hub, 'owner'),
  );
  assert.ok(tree.allowed, 'what a writer sent is there');
  for (const caller of CALLERS.filter((one) => !WRITERS.includes(one))) {
    const path = `/acme/files/download/main/by-${caller}.txt`;
    const { allowed } = await call(hub, { method: 'GET', path }, await headersOf(hub, 'owner'));
    assert.ok(!allowed, `nothing of ${caller} is there`);
  }
});
