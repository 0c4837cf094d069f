// A link to the hub that has it send somebody, or a code of theirs, to an address that the application never named.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  authorizePath,
  newPkce,
  REDIRECT,
  registerClient,
  signedInBrowser,
} from '../harness/oauth-client.ts';
import { openServedHub } from '../harness/served-hub.ts';
import { TestBrowser, type PageAnswer } from '../harness/test-browser.ts';

const HOSTILE = [
  '',
  'https://evil.example/',
  'https://app.example/back/',
  'https://app.example/back?x=1',
  'https://app.example/back#x',
  'https://app.example/Back',
  'https://app.example:444/back',
  'https://app.example.evil.example/back',
  'https://app.example@evil.example/back',
  'https://app.example\\@evil.example/back',
  'https://app.example/back/../../evil',
  'http://app.example/back',
  '//app.example/back',
  'javascript:alert(1)//https://app.example/back',
  'http://localhost:9@evil.example/local',
  'http://localhost.evil.example/local',
  'http://127.0.0.1:9/local',
];

/** Opens a page, and where somebody is signed in sends its forms, too. */
async function answersOf(browser: TestBrowser, path: string): Promise<PageAnswer[]> {
  const answers = [await browser.open(path)];
  if (browser.cookie('session') === undefined) return answers;
  for (const action of ['allow', 'refuse'])
    answers.push(await browser.send(path.replace('?', `?/${action}&`), { answer: 'yes' }));
  return answers;
}

function requireNowhere({ status, location, body }: PageAnswer, said: string): void {
  assert.deepEqual([status, location], [400, ''], said);
  assert.doesNotMatch(body, /http-equiv="refresh"/, said);
  assert.doesNotMatch(
    body,
    /(?:href|action|src)="(?:https?:|javascript:|\/\/)[^"]*(?:evil|app)\.example/,
    said,
  );
}

// Also where something else is wrong, which would be said to the application.
for (const more of [{}, { response_type: 'token' }, { prompt: 'none' }] as Record<string, string>[])
  void test(`nobody is sent to an address that was not named: ${JSON.stringify(more)}`, async () => {
    await using hub = await openServedHub();
    const client = await registerClient(hub, { redirects: [REDIRECT, 'http://localhost:9/local'] });
    const pkce = newPkce();
    for (const browser of [new TestBrowser(hub), await signedInBrowser(hub, 'alice')])
      for (const redirect of HOSTILE) {
        const answers = await answersOf(browser, authorizePath({ ...client, redirect }, pkce, more));
        for (const answer of answers) requireNowhere(answer, redirect);
      }
  });

void test('nor by an application that is not known, or an address that stands there twice', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub);
  const browser = await signedInBrowser(hub, 'alice');
  const path = authorizePath(client, newPkce());
  const evil = encodeURIComponent('https://evil.example/');
  for (const one of [
    path.replace(client.clientId, '0'.repeat(24)),
    path.replace(client.clientId, 'weather'),
    path.replace('client_id=', 'x='),
    `${path}&client_id=${client.clientId}`,
    `${path}&redirect_uri=${evil}`,
    path.replace('redirect_uri=', `redirect_uri=${evil}&redirect_uri=`),
  ]) {
    const answer = await browser.open(one);
    assert.deepEqual([answer.status, answer.location], [400, ''], one);
  }
  // The port of a person's own machine is free, and nothing else of it.
  const own = await registerClient(hub, { redirects: ['http://127.0.0.1/back'] });
  const free = authorizePath({ ...own, redirect: 'http://127.0.0.1:50123/back' }, newPkce());
  assert.equal((await browser.open(free)).status, 200);
});
