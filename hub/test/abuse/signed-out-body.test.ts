// A stolen cookie has begun a form, a file or a commit and holds its body back. What its owner ends before the body is whole, the
// session, all of them, the password or the account, acts no more: who sends is asked for again when all has come.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type Visit } from '../../src/modules/sessions/index.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';

const LARGE = 'a large file '.repeat(100);
const DIGEST = createHash('sha256').update(LARGE).digest('hex');
const LINES = [
  { key: 'header', value: { summary: 'late' } },
  { key: 'file', value: { path: 'late.txt', content: 'too late' } },
];

interface Sending {
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

const FORM = 'application/x-www-form-urlencoded';
const form = (path: string, fields: Record<string, string>): Sending => ({
  ...{ method: 'POST', path, type: FORM, body: new URLSearchParams(fields).toString() },
});

/** What is sent, and whether anything came of it. */
const SENT: Readonly<Record<string, { sending: Sending; isDone: (hub: ServedHub) => Promise<boolean> }>> = {
  'a form that makes a token': {
    sending: form('/account/tokens?/create', { kind: 'read', name: 'late-token', days: '30' }),
    isDone: async (hub) =>
      (await hub.modules.pool.query(`select 1 from tokens.token where name = 'late-token'`)).rowCount !== 0,
  },
  'a form that changes a repository': {
    sending: form('/ada/model/settings?/visibility', { visibility: 'public', padding: 'x'.repeat(40) }),
    isDone: async (hub) => (await repoOf(hub)).visibility === 'public',
  },
  'a form that changes the password': {
    sending: form('/account?/password', { next: `${PASSWORD} of another`, again: `${PASSWORD} of another` }),
    isDone: async (hub) => (await countEntries(hub, 'account.password-changed')) > 0,
  },
  'a commit': {
    sending: {
      ...{ method: 'POST', path: '/ada/model/send/commit/main', type: 'application/x-ndjson' },
      body: LINES.map((line) => `${JSON.stringify(line)}\n`).join(''),
    },
    isDone: async (hub) => (await countEntries(hub, 'commit.created')) > 0,
  },
  'a large file': {
    sending: {
      ...{ method: 'PUT', path: `/ada/model/send/object/${DIGEST}?size=${LARGE.length}` },
      ...{ type: 'application/octet-stream', body: LARGE },
    },
    isDone: async (hub) =>
      (await hub.modules.pool.query('select 1 from blobs.object where sha256 = $1', [DIGEST])).rowCount !== 0,
  },
};

/** How an owner ends what somebody else began in their name. */
const ENDS: Readonly<Record<string, (hub: ServedHub, visit: Visit) => Promise<unknown>>> = {
  'the session is ended': async ({ modules }, { actor, account, session }) =>
    await modules.sessions.end(actor, account.id, session.id),
  'all sessions are ended': async ({ modules }, { actor, account }) =>
    await modules.sessions.endAll(actor, account.id),
  'the operator signs them out': async ({ modules }) => await modules.identity.signOutUser(OPERATOR, 'ada'),
  'the account is disabled': async ({ modules }) => await modules.identity.disableUser(OPERATOR, 'ada'),
};

async function openScene() {
  const hub = await openServedHub();
  const { value } = await signInAs(hub, 'ada');
  await hub.addRepo('ada/model');
  const text = value.reveal('to send it as a browser does');
  const visit = await hub.modules.sessions.find(text);
  assert.ok(visit);
  return { hub, visit, cookie: `holdfast-${hub.port}-session=${text}` };
}

/** A request whose head and first bytes are sent; the rest follows when the test says so. Gives the status, or 0 where it was cut off. */
async function beginSending(
  hub: ServedHub,
  { method, path, type, body }: Sending,
  cookie: string,
): Promise<{ finish: () => Promise<number> }> {
  const socket = connect(hub.port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  socket.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const origin = `http://localhost:${hub.port}`;
  socket.write(
    `${method} ${path} HTTP/1.1\r\nHost: localhost:${hub.port}\r\nCookie: ${cookie}\r\nOrigin: ${origin}\r\n` +
      `Sec-Fetch-Site: same-origin\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n` +
      `Connection: close\r\n\r\n${body.slice(0, 20)}`,
  );
  await wait(200);
  const finish = async (): Promise<number> => {
    socket.write(body.slice(20));
    await ended;
    return Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1] ?? 0);
  };
  return { finish };
}

async function repoOf(hub: ServedHub) {
  hub.modules.repos.forget();
  const name = { type: 'model', namespace: 'ada', name: 'model' } as const;
  return await hub.modules.repos.get({ kind: 'system', part: 'test' }, name, 'read');
}

async function countEntries(hub: ServedHub, kind: string): Promise<number> {
  const text = 'select 1 from ledger.entry where kind = $1';
  return (await hub.modules.pool.query(text, [kind])).rowCount ?? 0;
}

for (const [what, { sending, isDone }] of Object.entries(SENT)) {
  void test(`${what} that comes slowly is taken from who is signed in`, async () => {
    const { hub, cookie } = await openScene();
    await using _hub = hub;
    const { finish } = await beginSending(hub, sending, cookie);
    assert.equal(await isDone(hub), false);
    const status = await finish();
    assert.ok(status === 200 || status === 303, `${status}`);
    assert.equal(await isDone(hub), true);
  });

  for (const [how, end] of Object.entries(ENDS))
    void test(`${what} does nothing where ${how} while it comes`, async () => {
      const { hub, visit, cookie } = await openScene();
      await using _hub = hub;
      const { finish } = await beginSending(hub, sending, cookie);
      await end(hub, visit);
      const status = await finish();
      assert.ok([0, 303, 401, 403, 404].includes(status), `${status}`);
      assert.equal(await isDone(hub), false);
    });
}
