// The security centre in a real browser: a token is made, used by a client, revoked and seen refused; its end is found in the
// ledger and proved; and the ledger is followed as it grows.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Page } from 'playwright-core';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { keyOf, runVerifier } from '../harness/ledger-files.ts';
import { openTestNotary, type TestNotary } from '../harness/notary.ts';
import { runProgram } from '../harness/program.ts';
import { openProgramHub, type ProgramHub } from '../harness/program-hub.ts';
import { clientEnvironment, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';
import { takePictures } from '../harness/screenshots.ts';
import { OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD } from '../harness/sign-in.ts';

interface Scene extends AsyncDisposable {
  readonly opened: ProgramHub;
  readonly hub: ServedHub;
  readonly notary: TestNotary;
  readonly folder: string;
}

async function openScene(): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const opened = stack.use(await openProgramHub({ vault: true }));
  const { hub } = opened;
  const folder = stack.use(await openScratch('security')).path;
  const notary = stack.use(await openTestNotary(hub.database.notary, { folder: `${folder}/notary` }));
  for (const [name, administrator] of [
    ['boss', true],
    ['alice', false],
  ] as const)
    await hub.modules.identity.createUser(OPERATOR, {
      ...{ name, email: `${name}@example.org`, administrator, password: PASSWORD },
    });
  await hub.addRepo('alice/writer', { files: { 'config.json': '{"model_type": "gpt2"}' } });
  const running = stack.move();
  return { opened, hub, notary, folder, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function signIn(page: Page, name: string, to: string): Promise<void> {
  await page.goto(to);
  await page.getByLabel('User name or email address').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

/** What the Python client says of a private model, with this token. */
async function askByClient({ hub, folder }: Scene, token: string): Promise<string> {
  const script =
    'from huggingface_hub import HfApi\n' +
    'try: print(HfApi().model_info("alice/writer").id)\n' +
    'except Exception as error: print(error.response.status_code)';
  const env = clientEnvironment(folder, { HF_ENDPOINT: hub.url, HF_TOKEN: token });
  const { stdout } = await runProgram(venvProgram('hub-newest', 'python'), ['-c', script], { env });
  return stdout.trim();
}

async function mintToken(page: Page): Promise<string> {
  await signIn(page, 'alice', '/account/tokens');
  await page.getByLabel('Name', { exact: true }).fill('training');
  await page.getByRole('combobox', { name: 'Single repositories' }).first().fill('alice/writer');
  await takePictures(page, 'token-editor');
  await page.getByRole('button', { name: 'See what it may do' }).click();
  await page.getByText('The model alice/writer: read files').waitFor();
  await page.getByRole('button', { name: 'Make the token' }).click();
  await page.getByText('shown this once').waitFor();
  return await page.locator('[data-token]').innerText();
}

void test('a token is made by the page and used by a client, revoked by who looks after the hub, and that is proved', async () => {
  await using scene = await openScene();
  const { hub, notary, folder } = scene;
  await using chromium = await openChromium();
  await using owner = await openWindow(chromium.browser, hub, { javaScriptEnabled: false });
  const token = await mintToken(await owner.context.newPage());
  assert.equal(await askByClient(scene, token), 'alice/writer');

  await using window = await openWindow(chromium.browser, hub, { javaScriptEnabled: false });
  const page = await window.context.newPage();
  await signIn(page, 'boss', '/security');
  await page.getByRole('link', { name: 'live tokens' }).click();
  await page.getByLabel('Owner').fill('alice');
  await page.getByRole('button', { name: 'Filter' }).click();
  const row = page.getByRole('row').filter({ hasText: 'training' });
  await row.getByText('The model alice/writer: read files').waitFor();
  await row.locator('summary').click();
  await row.getByLabel('Reason').fill('lost with a notebook');
  await takePictures(page, 'security-revoking');
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('The token was revoked.').waitFor();
  assert.equal(await askByClient(scene, token), '401');

  await notary.round();
  await page.getByRole('link', { name: 'Ledger', exact: true }).click();
  await page.getByLabel('Kind').fill('token.revoked');
  await page.getByLabel('Who').fill('boss');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.locator('[data-entry] a').click();
  await page.getByText('lost with a notebook').waitFor();
  await page.getByRole('link', { name: 'Prove it' }).click();
  await page.locator('[data-checkpoint]').waitFor();
  await takePictures(page, 'security-entry');
  const [evidence] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download the proof' }).click(),
  ]);
  const file = `${folder}/${evidence.suggestedFilename()}`;
  await evidence.saveAs(file);
  const [verdict] = await runVerifier(file, '--key', keyOf(notary.signer));
  assert.equal(verdict?.ok, true, JSON.stringify(verdict));
});

/** Something of everything that the security centre shows. */
async function fill({ opened }: Scene): Promise<void> {
  const { hub, runner, ask } = opened;
  let want = await opened.begin();
  const hosts = { hosts: ['api.example.org'], place: 'header:x-api-key' };
  for (const body of [
    { key: 'OPEN', value: 'a value that the app sees' },
    { key: 'CLOSED', value: 'a-value-that-no-app-sees', ...hosts },
  ]) {
    assert.equal((await ask('POST', '/secrets', body)).status, 200);
    // Each has the Space start anew: what serves is to be of the last wish.
    const { generation: before } = want;
    want = await runner.wanted('ann/demo', ({ generation }) => generation > before);
  }
  const run = await runner.serve(want, (_request, response) => void response.end('hello'));
  runner.say({
    ...{ type: 'usage', space: want.space, run, cpuMs: 1, memoryBytes: 1, memoryLimitBytes: 2, cpus: 1 },
    ...{ receivedBytes: 48_000_000, sentBytes: 1_200_000 },
  });
  runner.say({ type: 'refused', space: want.space, run, host: 'evil.example', why: 'not listed', count: 7 });
  await opened.becomes('RUNNING');
  while (hub.modules.spaces.usageOf(opened.repo.id) === undefined) await delay(25);
  const { tokens, identity, members } = hub.modules;
  await identity.createOrg(OPERATOR, { name: 'acme', owner: 'boss' });
  await members.put(OPERATOR, { org: 'acme', user: 'alice', role: 'write' });
  const { token } = await tokens.issue(OPERATOR, { user: 'alice', name: 'old', grant: { role: 'read' } });
  await tokens.revoke(OPERATOR, token.id);
  await fillOrganization(hub);
}

/** A Space of the organisation, with a secret of each way. */
async function fillOrganization(hub: ServedHub): Promise<void> {
  const { text } = await hub.addToken('boss', 'write');
  const post = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${hub.url}/api/${path}`, {
      ...{ method: 'POST', body: JSON.stringify(body) },
      headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
    });
    assert.equal(answer.status, 200, await answer.text());
  };
  await post('repos/create', { type: 'space', name: 'board', organization: 'acme', sdk: 'gradio' });
  await post('spaces/acme/board/secrets', { key: 'SEEN', value: 'a value that the app sees' });
  const hosts = { hosts: ['api.example.org'], place: 'header:x-api-key' };
  await post('spaces/acme/board/secrets', { key: 'UNSEEN', value: 'a-value-that-no-app-sees', ...hosts });
}

const OF_ACME = ['', '/members', '/secrets', '/doors', '/ledger'];

void test('rooms show what is, and the ledger is followed as it grows', async () => {
  await using scene = await openScene();
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, scene.hub);
  const page = await window.context.newPage();
  await signIn(page, 'boss', '/security');
  await fill(scene);
  await scene.notary.round();
  await page.goto('/security/secrets');
  await page.getByRole('row', { name: 'ann/demo OPEN variable: the app sees it' }).waitFor();
  await page.goto('/security/doors');
  await page.getByText('48 MB').waitFor();
  for (const room of OF_ACME) {
    await page.goto(`/security/organizations/acme${room}`);
    await takePictures(page, `security-organizations-acme${room.replaceAll('/', '-')}`);
  }
  await page.goto('/security/doors');
  await page.getByRole('link', { name: 'ann/demo' }).click();
  await page.getByText('7 in 48 hours').first().waitFor();
  await takePictures(page, 'security-doors-space');
  await page.goto('/security/organizations/acme/ledger');
  await page.getByLabel('To what').fill('spaces/acme/board');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.locator('[data-entry] a').first().click();
  await page.getByRole('link', { name: 'Prove it' }).click();
  await page.locator('[data-checkpoint]').waitFor();
  await takePictures(page, 'security-organizations-acme-entry');
  await page.goto('/security/ledger?kind=space.');
  await page.getByText('ann/demo').first().waitFor();
  await page.goto('/security/ledger');
  await page.getByRole('link', { name: 'Follow live' }).click();
  await page.getByText('New entries come up here').waitFor();
  await scene.hub.modules.identity.disableUser(OPERATOR, 'alice');
  await scene.notary.round();
  await page.locator('[data-entry]').filter({ hasText: 'account.disabled' }).waitFor();
  await takePictures(page, 'security-live');
  await page.goto('/security/organizations/acme/ledger');
  await page.getByRole('link', { name: 'Follow live' }).click();
  await page.getByText('New entries come up here').waitFor();
  await scene.hub.modules.members.put(OPERATOR, { org: 'acme', user: 'ann', role: 'read' });
  await page.locator('[data-entry]').filter({ hasText: 'org.member-set' }).first().waitFor();
  // What was told is asked for again, and shown once.
  await delay(4_000);
  const shown = await page
    .locator('[data-entry]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-entry')));
  assert.equal(new Set(shown).size, shown.length);
  assert.deepEqual(window.complaints, []);
});
