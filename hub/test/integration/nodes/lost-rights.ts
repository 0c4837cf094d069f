// What takes rights away through one hub ends them on another within a second: for who asks anew, and for what is open.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MiB } from '@holdfast/kernel/size';
import { type Instance } from '../../harness/instance.ts';
import { sampleOf, uploadFile } from '../../harness/lfs.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

/** More than what lies in the sockets of a connection that nobody reads. */
const SIZE = 48 * MiB;
const FILE = 'main/weights.bin';

interface Nodes {
  readonly a: Instance;
  readonly b: Instance;
}

/** Takes rights away through `a`, each from somebody who uses them on `b`. */
export async function testLostRights(t: TestContext, nodes: Nodes): Promise<void> {
  const { a, b } = nodes;
  await a.admin('org', 'create', 'acme', '--owner', 'admin');
  const token = await a.createToken({ user: 'admin', role: 'write' });
  await createHidden(a, token);
  await uploadFile(a, { token, repo: 'acme/hidden', sample: sampleOf(SIZE), path: 'weights.bin' });

  const ofTokens: Readonly<Record<string, readonly string[]>> = {
    removed: ['org', 'remove-member', 'acme', '--user', 'removed'],
    disabled: ['user', 'disable', 'disabled'],
    lowered: ['org', 'member', 'acme', '--user', 'lowered', '--role', 'read'],
  };
  for (const [user, act] of Object.entries(ofTokens))
    await t.test(`the token of a member who is ${user}`, async () => {
      await addMember(a, user);
      const authorization = `Bearer ${await a.createToken({ user, role: 'write' })}`;
      const ask = async (): Promise<number> =>
        await statusOf(`${b.url}/api/models/acme/hidden/auth-check/write`, { authorization });
      assert.equal(await ask(), 200);
      const mayRead = user === 'lowered';
      const download = await beginDownload(b, `/acme/hidden/resolve/${FILE}`, { authorization });
      await a.admin(...act);
      await requireRefused(ask);
      await download.requireEnd(mayRead ? 'whole' : 'cut off');
    });

  const ofSessions: Readonly<Record<string, (browser: TestBrowser) => Promise<unknown>>> = {
    'signed-out': async (browser) => await browser.send('/sign-out', {}),
    ended: async () => await a.admin('user', 'sign-out', 'ended'),
    'taken-out': async () => await a.admin('org', 'remove-member', 'acme', '--user', 'taken-out'),
  };
  for (const [user, act] of Object.entries(ofSessions))
    await t.test(`the session of a member who is ${user}`, async () => {
      await addMember(a, user);
      const [onA, cookie] = await signInAt(nodes, user);
      const ask = async (): Promise<number> => await statusOf(`${b.url}/acme/hidden`, { cookie });
      assert.equal(await ask(), 200);
      const download = await beginDownload(b, `/acme/hidden/download/${FILE}`, { cookie });
      await act(onA);
      await requireRefused(ask);
      await download.requireEnd('cut off');
    });
}

async function createHidden({ url }: Instance, token: string): Promise<void> {
  const answer = await fetch(`${url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'model', organization: 'acme', name: 'hidden', private: true }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

async function addMember(hub: Instance, user: string): Promise<void> {
  await hub.createUser(user);
  await hub.admin('org', 'member', 'acme', '--user', user, '--role', 'write');
}

/** Signs in at `a`; gives that browser, and the cookie as `b` is sent it. */
export async function signInAt({ a, b }: Nodes, user: string): Promise<[TestBrowser, string]> {
  const made = JSON.parse(await a.admin('user', 'reset-password', user, '--json')) as { password: string };
  const browser = new TestBrowser(a);
  assert.equal((await browser.signIn(user, made.password)).status, 303);
  return [browser, `holdfast-${b.port}-session=${browser.cookie('session') ?? ''}`];
}

/** What is answered; a page that asks to sign in is 303. */
export async function statusOf(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const answer = await fetch(url, { headers, redirect: 'manual' });
  await answer.arrayBuffer();
  return answer.status;
}

/** Asks until it is refused, from now on. */
async function requireRefused(ask: () => Promise<number>): Promise<void> {
  const endedAt = Date.now();
  for (;;) {
    const askedAt = Date.now();
    if ((await ask()) !== 200) return;
    assert.ok(askedAt - endedAt < 1000, 'still let in after a second');
    await delay(10);
  }
}

/** A download of which nothing but the beginning is taken until somebody wants to know how it ends. */
async function beginDownload({ port }: Instance, path: string, headers: OutgoingHttpHeaders) {
  const sent = request({ port, path, headers: { host: `localhost:${port}`, ...headers }, agent: false });
  sent.on('error', () => undefined).end();
  const [incoming] = (await once(sent, 'response')) as [IncomingMessage];
  assert.equal(incoming.statusCode, 200);
  incoming.on('error', () => undefined).pause();
  const requireEnd = async (how: 'whole' | 'cut off'): Promise<void> => {
    // From here on nothing comes but what was in the sockets.
    await delay(1000);
    let bytes = 0;
    const closed = new Promise((resolve) => incoming.once('close', resolve));
    incoming.on('data', (part: Buffer) => (bytes += part.length)).resume();
    await closed;
    assert.equal(bytes === SIZE, how === 'whole', `${bytes} bytes came`);
  };
  return { requireEnd };
}
