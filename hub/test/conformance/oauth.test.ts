// People sign in to applications by published libraries: @huggingface/hub, and openid-client as any other party does.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import * as oidc from 'openid-client';
import { allow, registerClient, signedInBrowser } from '../harness/oauth-client.ts';
import { ROOT } from '../harness/program.ts';
import { openServedHub } from '../harness/served-hub.ts';

const REDIRECT = 'http://localhost:1/back';

function pathOf(url: string | URL): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

void test('oauthLoginUrl and oauthHandleRedirect of @huggingface/hub', { timeout: 120_000 }, async () => {
  await using hub = await openServedHub();
  const scopes = ['openid', 'profile', 'email', 'read-repos'];
  const { clientId } = await registerClient(hub, { scopes, redirects: [REDIRECT] });
  const browser = await signedInBrowser(hub, 'alice');
  const folder = path.join(ROOT, '.tools/clients/node');
  // Packages are found from where a script lies, so it is put beside them.
  const script = path.join(folder, `oauth.js.${process.pid}.mjs`);
  await copyFile(path.join(import.meta.dirname, 'javascript/oauth.js'), script);
  try {
    const env = { HUB_URL: `http://localhost:${hub.port}`, CLIENT_ID: clientId, REDIRECT };
    const program = spawn(process.execPath, [script], {
      env,
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const said: string[] = [];
    for await (const line of createInterface({ input: program.stdout })) {
      said.push(line);
      if (said.length > 1) continue;
      const { url } = JSON.parse(line) as { url: string };
      program.stdin.end(`${(await allow(browser, pathOf(url))).href}\n`);
    }
    const result = JSON.parse(said[1] ?? '{}') as Record<string, unknown>;
    assert.deepEqual(
      ['who', 'role', 'state', 'scope'].map((name) => result[name]),
      ['alice', 'fineGrained', 'mine', 'openid profile email read-repos'],
    );
    const { preferred_username: name, email } = result['userInfo'] as Record<string, string>;
    assert.deepEqual([name, email], ['alice', 'alice@example.org']);
  } finally {
    await rm(script);
  }
});

for (const kind of ['public', 'client_secret_basic', 'client_secret_post'] as const)
  void test(`openid-client as a relying party (${kind})`, { timeout: 120_000 }, async () => {
    await using hub = await openServedHub();
    const confidential = kind !== 'public';
    const { clientId, secret } = await registerClient(hub, {
      ...{ scopes: ['openid', 'profile', 'email'], redirects: [REDIRECT], confidential },
    });
    const browser = await signedInBrowser(hub, 'alice');
    const ways = {
      public: oidc.None(),
      client_secret_basic: oidc.ClientSecretBasic(secret),
      client_secret_post: oidc.ClientSecretPost(secret),
    };
    const config = await oidc.discovery(
      new URL(`http://localhost:${hub.port}`),
      clientId,
      undefined,
      ways[kind],
      // oxlint-disable-next-line typescript/no-deprecated -- the hub of a test has no certificate
      { execute: [oidc.allowInsecureRequests] },
    );
    const verifier = oidc.randomPKCECodeVerifier();
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
    const url = oidc.buildAuthorizationUrl(config, {
      ...{ redirect_uri: REDIRECT, scope: 'openid profile email', state, nonce, max_age: '600' },
      ...{
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      },
    });
    const back = await allow(browser, pathOf(url));
    // It checks the state, whose answer it is, the signature, issuer, audience, time, nonce and age.
    const tokens = await oidc.authorizationCodeGrant(config, back, {
      ...{ pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, maxAge: 600 },
      idTokenExpected: true,
    });
    const sub = tokens.claims()?.sub ?? '';
    assert.equal(sub, (await hub.modules.identity.findByName('alice'))?.id);
    assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, sub)).email, 'alice@example.org');
    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    assert.notEqual(next.access_token, tokens.access_token);
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token ?? ''), {
      error: 'invalid_grant',
    });
  });
