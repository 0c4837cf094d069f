// What a page sends files by: a body of another length than was agreed is refused before it is read, and commits from pages
// share the room of those that programs send.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

const LIMIT = { timeout: 120_000 };
/** Bodies of commits that one user may send at once. */
const EACH = 8;

interface Scene {
  readonly hub: ServedHub;
  /** What a page of ours sends along. */
  readonly headers: OutgoingHttpHeaders;
}

async function openScene(): Promise<Scene> {
  const hub = await openServedHub();
  await signInAs(hub, 'ada');
  await hub.addRepo('ada/files', { files: { 'README.md': '# Files\n' } });
  const browser = new TestBrowser(hub);
  await browser.signIn('ada', PASSWORD);
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const host = `localhost:${hub.port}`;
  return { hub, headers: { host, cookie, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' } };
}

/** A request whose headers are on their way, and whose body is not. */
function begin(
  { port }: ServedHub,
  at: { readonly method: string; readonly path: string },
  headers: OutgoingHttpHeaders,
): ClientRequest {
  const sent = request({ ...at, host: '127.0.0.1', port, headers, agent: false });
  sent.on('error', () => undefined).flushHeaders();
  return sent;
}

async function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return answer.resume();
}

void test(
  'a file of another length than was agreed is refused before a byte of it is sent',
  LIMIT,
  async () => {
    const { hub, headers } = await openScene();
    await using _hub = hub;
    const digest = createHash('sha256').update('abc').digest('hex');
    const sent = begin(
      hub,
      { method: 'PUT', path: `/ada/files/send/object/${digest}?size=3` },
      {
        ...headers,
        'content-length': '1000',
      },
    );
    const answer = await answerTo(sent);
    assert.equal(answer.headers['x-error-code'], 'ObjectSizeMismatch');
    sent.destroy();
  },
);

void test('a commit from a page waits for those that programs of the same user send', LIMIT, async () => {
  const { hub, headers } = await openScene();
  await using _hub = hub;
  const { text } = await hub.addToken('ada', 'write');
  const type = { 'content-type': 'application/x-ndjson' };
  const header = `${JSON.stringify({ key: 'header', value: { summary: 'Add' } })}\n`;
  const file = { path: 'a.txt', content: Buffer.from('a').toString('base64'), encoding: 'base64' };
  const byProgram = Array.from({ length: EACH }, () => {
    const authorization = `Bearer ${text}`;
    const sent = begin(
      hub,
      { method: 'POST', path: '/api/models/ada/files/commit/main' },
      { authorization, ...type },
    );
    sent.write(header);
    return sent;
  });
  while (hub.streams.size < EACH) await delay(20);
  const sent = begin(hub, { method: 'POST', path: '/ada/files/send/commit/main' }, { ...headers, ...type });
  sent.end(`${header}${JSON.stringify({ key: 'file', value: file })}\n`);
  const answer = answerTo(sent);
  assert.equal(await Promise.race([answer, delay(1_000)]), undefined, 'there is no room for a ninth');
  for (const one of byProgram) one.destroy();
  assert.equal((await answer).statusCode, 200);
});
