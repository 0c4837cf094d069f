// Single sign-on in an instance as an operator starts it: by the courier, with a secret that the hub never has.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { startInstance } from '../../harness/instance.ts';
import { ISSUER_CLIENT, startOidcIssuer } from '../../harness/oidc-issuer.ts';
import { isInMemory } from '../../harness/processes.ts';
import { openScratch } from '../../harness/scratch.ts';
import { signOn } from '../../harness/signed-on-hub.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

void test('somebody signs on, and the hub never has the secret', { timeout: 180_000 }, async () => {
  await using scratch = await openScratch('sso');
  await using issuer = await startOidcIssuer();
  const secretFile = path.join(scratch.path, 'sso.secret');
  await mkdir(path.join(scratch.path, 'data'), { recursive: true, mode: 0o700 });
  await writeFile(secretFile, `${ISSUER_CLIENT.secret}\n`, { mode: 0o600 });
  const singleSignOn = { name: 'Example', issuer: issuer.address, clientId: ISSUER_CLIENT.id, secretFile };
  const config = JSON.stringify({ signUp: 'open', singleSignOn });
  await writeFile(path.join(scratch.path, 'data', 'config.json'), config, { mode: 0o600 });
  await using instance = await startInstance({ folder: scratch.path });
  issuer.admit(instance);
  issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada' });
  const browser = new TestBrowser(instance);
  assert.equal((await signOn(browser, 'u1')).location, '/account');
  assert.match((await browser.open('/account')).body, />ada</);
  assert.equal(await isInMemory(await instance.hubPid(), ISSUER_CLIENT.secret), false);
  const found = await instance.admin('user', 'list', '--json');
  assert.match(found, /"ada"/);
});
