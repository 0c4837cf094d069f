// Signing in with the account of the hub by @huggingface/hub, as an app in a browser does: `oauthLoginUrl` and
// `oauthHandleRedirect`. Who is asked in between is played by the test, which says where the browser was sent.
import { oauthHandleRedirect, oauthLoginUrl, whoAmI } from '@huggingface/hub';
import { createInterface } from 'node:readline';

const { HUB_URL: hubUrl, CLIENT_ID: clientId, REDIRECT: redirectUrl } = process.env;
const localStorage = {};
const url = await oauthLoginUrl({
  ...{
    hubUrl,
    clientId,
    redirectUrl,
    scopes: 'openid profile email read-repos',
    state: 'mine',
    localStorage,
  },
});
console.log(JSON.stringify({ url }));
const [redirectedUrl] = await Array.fromAsync(createInterface({ input: process.stdin }));
const { nonce, codeVerifier } = localStorage;
const result = await oauthHandleRedirect({ hubUrl, redirectedUrl, nonce, codeVerifier });
const { name, auth } = await whoAmI({ hubUrl, accessToken: result.accessToken });
console.log(JSON.stringify({ ...result, who: name, role: auth.accessToken?.role }));
