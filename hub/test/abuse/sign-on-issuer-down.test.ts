// An issuer that is down, broken or endless keeps people out, and lets nobody in; those who need no issuer go on.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import test from 'node:test';
import { openCourier } from '../harness/courier.ts';
import { queryOf, START, startForgedIssuer } from '../harness/forged-issuer.ts';
import { openServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';
import { TestBrowser } from '../harness/test-browser.ts';

void test('an issuer that went away, or breaks, is unreachable', async () => {
  let client;
  {
    await using issuer = await startForgedIssuer();
    client = issuer.client();
    assert.equal((await client.begin(START)).kind, 'address');
    issuer.forge({ status: 503 });
    assert.deepEqual(await client.end(START, queryOf()), { kind: 'unreachable' });
    issuer.forge({ status: 400 });
    assert.deepEqual(await client.end(START, queryOf()), { kind: 'invalid' });
  }
  assert.deepEqual(await client.begin(START), { kind: 'unreachable' });
  assert.deepEqual(await client.end(START, queryOf()), { kind: 'unreachable' });
});

void test('an answer without end is given up', { timeout: 60_000 }, async () => {
  await using issuer = await startForgedIssuer();
  const endless = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  });
  endless.listen(0, '127.0.0.1');
  await once(endless, 'listening');
  const host = `127.0.0.1:${(endless.address() as AddressInfo).port}`;
  issuer.forge({ metadata: { token_endpoint: `http://${host}/token` } });
  const before = process.memoryUsage().rss;
  assert.deepEqual(await issuer.client([host]).end(START, queryOf()), { kind: 'invalid' });
  assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024);
  endless.closeAllConnections();
  endless.close();
});

void test('the page says so, and a password still works', async () => {
  const issuer = await startForgedIssuer();
  const client = issuer.client();
  await issuer[Symbol.asyncDispose]();
  await using courier = openCourier(undefined, () => client);
  await using hub = await openServedHub({
    singleSignOn: { name: 'Example', groups: [] },
    issuer: courier.link,
  });
  await signInAs(hub, 'ada');
  const browser = new TestBrowser(hub);
  const begun = await browser.open('/sign-in/issuer');
  assert.equal(begun.location, '/sign-in?problem=sso.unreachable');
  const page = await browser.open(begun.location);
  assert.match(page.body, /does not answer/);
  assert.match((await browser.open(begun.location, { 'accept-language': 'pt' })).body, /não responde/);
  assert.equal((await browser.signIn('ada', PASSWORD)).status, 303);
});
