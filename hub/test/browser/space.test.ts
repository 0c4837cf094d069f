// A private Space in a real browser: through the hub's sign-in to an origin of its own, which sees nothing of the hub.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openChromium } from '../harness/chromium.ts';
import { openServedHub, OPERATOR } from '../harness/served-hub.ts';
import { PASSWORD } from '../harness/sign-in.ts';

const HTML = `<!doctype html><title>app</title><p id="said">nothing</p><script type="module" src="app.js"></script>`;
// The app tries what it can: its own storage, its cookies, and the hub's pages and API with the visitor's cookies.
const SCRIPT = `
localStorage.setItem('mine', 'kept');
async function ask(path) {
  try {
    const answer = await fetch('http://localhost:' + location.port + path, { credentials: 'include' });
    return answer.status;
  } catch {
    return 'refused';
  }
}
const said = {
  storage: localStorage.getItem('mine'),
  cookie: document.cookie,
  page: await ask('/account'),
  api: await ask('/api/whoami-v2'),
};
document.querySelector('#said').textContent = JSON.stringify(said);
`;

void test('a visitor signs in at the hub, sees the app, and the app sees nothing of the hub', async () => {
  await using hub = await openServedHub();
  const wish = { name: 'alice', email: 'alice@example.org', administrator: false, password: PASSWORD };
  await hub.modules.identity.createUser(OPERATOR, wish);
  await hub.addRepo('alice/demo', {
    type: 'space',
    sdk: 'static',
    files: { 'index.html': HTML, 'app.js': SCRIPT },
  });
  await using chromium = await openChromium();
  const context = await chromium.browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  const origin = `http://alice-demo.localhost:${hub.port}`;
  await page.goto(`${origin}/?a=b`);
  assert.match(page.url(), /^http:\/\/localhost:\d+\/sign-in\?to=/);
  await page.getByLabel('User name or email address').fill('alice');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${origin}/?a=b`);
  await page.locator('#said', { hasText: 'storage' }).waitFor();
  const said = JSON.parse(await page.locator('#said').innerText()) as Record<string, unknown>;
  assert.deepEqual(said, { storage: 'kept', cookie: '', page: 'refused', api: 'refused' });
  await context.close();
});
