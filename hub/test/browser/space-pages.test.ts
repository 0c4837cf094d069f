// The pages of a Space in a real browser: made, watched while it is built, used in its frame, set up, with script and without, in
// two languages, on a phone. And other pages try to frame what is private.
import assert from 'node:assert/strict';
import { type RequestListener } from 'node:http';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from 'playwright-core';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { openProgramHub, type ProgramHub } from '../harness/program-hub.ts';
import { takePictures } from '../harness/screenshots.ts';
import { OPERATOR } from '../harness/served-hub.ts';
import { PASSWORD } from '../harness/sign-in.ts';

const APP = `<!doctype html><meta charset="utf-8"><title>Hello</title>
<style>body{font:1rem/1.5 system-ui;margin:2rem;color-scheme:light dark}</style>
<h1>Hello</h1><label>Your name <input id="name"></label> <button>Greet</button><p id="greeting"></p>
<script>
document.querySelector('button').addEventListener('click', async () => {
  const answer = await fetch('/greet', { method: 'POST', body: document.querySelector('#name').value });
  document.querySelector('#greeting').textContent = await answer.text() + ' ' + JSON.stringify(document.cookie);
});
try { top.location = 'http://evil.example/'; } catch {}
</script>`;

/** An app that greets, and says back what it was sent. */
const greeter: RequestListener = (request, response) => {
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(APP);
    return;
  }
  let name = '';
  request.setEncoding('utf8').on('data', (part: string) => (name += part));
  request.on('end', () => response.end(`Hello, ${name}!`));
};

async function openInhabited(): Promise<ProgramHub> {
  const opened = await openProgramHub({ vault: true });
  const wish = { name: 'alice', email: 'alice@example.org', administrator: false, password: PASSWORD };
  await opened.hub.modules.identity.createUser(OPERATOR, wish);
  opened.runner.able();
  return opened;
}

async function signIn(page: Page, to: string): Promise<void> {
  await page.goto(to);
  await page.locator('input[name=name]').fill('alice');
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('form:has(input[name=password]) button').first().click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

function say(
  { runner }: ProgramHub,
  { space, kind }: { readonly space: string; readonly kind: 'build' | 'run' },
  texts: readonly string[],
): void {
  const at = new Date().toISOString();
  runner.say({ type: 'log', space, kind, fresh: false, lines: texts.map((text) => ({ at, text })) });
}

/** Settles once the hub has heard so many lines. */
async function untilLogged({ hub }: ProgramHub, space: string, count: number): Promise<void> {
  const heard = (): number =>
    hub.modules.spaces.logOf(space as Id, 'build')?.read(undefined).lines.length ?? 0;
  for (let tries = 0; tries < 400 && heard() < count; tries += 1) await delay(25);
  assert.equal(heard(), count);
}

const BUILD = [
  'Reading README.md: sdk gradio, Python 3.13',
  'Resolving gradio, and 41 packages beside it',
  '\u001b[32mInstalled 42 packages\u001b[0m in 3.1 s',
  `<script>document.title = 'ran'</script><img src=x onerror="document.title='ran'">`,
];

void test('somebody makes a Space, watches it being built, uses it in its frame, and keeps a secret', async () => {
  await using opened = await openInhabited();
  const { hub, runner } = opened;
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub);
  const page = await window.context.newPage();
  await signIn(page, '/new/space');
  await page.getByLabel('Gradio').check();
  await page.getByLabel('Name', { exact: true }).fill('hello');
  await takePictures(page, 'space-new');
  await page.getByRole('button', { name: 'Make the Space' }).click();
  await page.waitForURL('**/spaces/alice/hello');
  const want = await runner.wanted('alice/hello');
  say(opened, { space: want.space, kind: 'build' }, BUILD);
  runner.status(want, 'BUILDING');
  await page.getByText('Installed 42 packages in 3.1 s').waitFor();
  await page.getByText(`<script>document.title = 'ran'</script>`).waitFor();
  assert.equal(await page.locator('.log .lines code').count(), BUILD.length);
  assert.doesNotMatch(await page.title(), /ran/);
  await takePictures(page, 'space-building');
  say(opened, { space: want.space, kind: 'build' }, ['Built in 9.8 s']);
  await page.getByText('Built in 9.8 s').waitFor();
  const run = await runner.serve(want, greeter);
  // Nobody loads the page again: it does so itself.
  const app = page.frameLocator('iframe');
  await app.getByLabel('Your name').fill('Ada');
  await app.getByRole('button', { name: 'Greet' }).click();
  await app.getByText('Hello, Ada! ""').waitFor();
  assert.equal(new URL(page.url()).pathname, '/spaces/alice/hello', 'the app leads the page nowhere');
  await takePictures(page, 'space-frame');
  await page.reload();
  await app.getByLabel('Your name').waitFor();
  await page.goto('/models');
  await page.goBack();
  await app.getByLabel('Your name').waitFor();

  await page.getByRole('link', { name: 'Logs' }).click();
  await page.locator('.kinds').getByRole('link', { name: 'App' }).click();
  await page.getByText('New lines appear by themselves.').waitFor();
  const lines = Array.from({ length: 80 }, (_, index) => `GET / 200 ${index}`);
  say(opened, { space: want.space, kind: 'run' }, lines);
  await page.getByText('GET / 200 79').waitFor();
  await page.getByRole('button', { name: 'Stop following' }).click();
  await page.getByText('New lines wait below.').waitFor();
  await page.getByRole('button', { name: 'Follow' }).click();
  await takePictures(page, 'space-log');
  runner.status(want, 'RUNTIME_ERROR', { message: 'it ended with code 1' });
  await page.getByText('ended with an error').waitFor();
  await runner.end(run);

  await page.getByRole('link', { name: 'App settings' }).click();
  await page.getByLabel('Name', { exact: true }).fill('GREETING');
  await page.getByLabel('Value', { exact: true }).fill('Hello');
  await page.locator('#set-variable').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'Add a secret' }).click();
  await page.getByLabel('Name', { exact: true }).fill('OPENAI_API_KEY');
  await page.getByLabel('Value', { exact: true }).fill(`sk-proj-${'a1B2'.repeat(20)}`);
  await takePictures(page, 'space-secret');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByText('is kept. It reaches the app').waitFor();
  await page.locator('#secrets').getByText('api.openai.com').waitFor();
  await takePictures(page, 'space-settings');
  const [refused, others] = [true, false].map((is) =>
    window.complaints.filter((one) => one.includes('allow-top-navigation') === is),
  );
  assert.notEqual(refused?.length, 0, 'the app tried to lead the page elsewhere');
  assert.deepEqual(others, []);
});

void test('without script, in Portuguese and on a phone a Space is made, seen, set up and copied', async () => {
  await using opened = await openInhabited();
  const { hub, runner } = opened;
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub, {
    ...{ javaScriptEnabled: false, locale: 'pt-PT', viewport: { width: 390, height: 800 } },
  });
  const page = await window.context.newPage();
  const fits = async (name: string) => {
    await takePictures(page, name);
    // Asked of the layout, because no script runs in the page.
    const box = await page.locator('body').boundingBox();
    const wide = await page.locator('main').boundingBox();
    assert.ok((box?.width ?? 0) <= 390 && (wide?.width ?? 0) <= 390, `${name} ${box?.width} ${wide?.width}`);
  };
  await signIn(page, '/new/space');
  await page.getByRole('heading', { name: 'Novo Space' }).waitFor();
  await page.getByLabel('Gradio').check();
  await page.getByLabel('Nome', { exact: true }).fill('ola');
  await fits('space-new-phone');
  await page.getByRole('button', { name: 'Criar o Space' }).click();
  const want = await runner.wanted('alice/ola');
  say(opened, { space: want.space, kind: 'build' }, BUILD);
  runner.status(want, 'BUILDING');
  await untilLogged(opened, want.space, BUILD.length);
  await page.goto('/spaces/alice/ola');
  await page.getByText('Installed 42 packages in 3.1 s').waitFor();
  await page.getByText(`<script>document.title = 'ran'</script>`).waitFor();
  assert.equal(await page.locator('.log .lines code').count(), BUILD.length);
  await page.getByRole('link', { name: 'Carregar de novo' }).waitFor();
  await fits('space-building-phone');
  await page.getByRole('link', { name: 'Definições da aplicação' }).click();
  await page.getByLabel('Nome', { exact: true }).fill('SAUDAR');
  await page.getByLabel('Valor', { exact: true }).fill('olá');
  await page.locator('#set-variable').getByRole('button', { name: 'Guardar' }).click();
  await page.getByText('SAUDAR').first().waitFor();
  await page.getByLabel('Só a estes servidores').first().check();
  await page.locator('#hosts').fill('api.example.org');
  await page.locator('form[action="?/egress"]').getByRole('button', { name: 'Guardar' }).click();
  await page.getByRole('link', { name: 'Acrescentar um segredo' }).click();
  await page.getByLabel('Nome', { exact: true }).fill('CHAVE');
  await page.getByLabel('Valor', { exact: true }).fill('um valor');
  await fits('space-secret-phone');
  await page.getByRole('button', { name: 'Guardar' }).click();
  await page.getByText('está guardado').waitFor();
  await fits('space-settings-phone');
  await page.getByRole('link', { name: 'Substituir' }).click();
  await page.getByRole('heading', { name: 'Substituir um segredo' }).waitFor();
  await page.goto('/spaces/alice/ola/settings/app');
  await page.locator('#secrets').getByText('Eliminar', { exact: true }).click();
  await page.getByRole('button', { name: 'Eliminar CHAVE' }).click();
  await page.getByText('Não há segredos.').waitFor();
  await page.goto('/spaces/alice/ola/duplicate');
  await page.getByLabel('Nome', { exact: true }).fill('copia');
  await fits('space-duplicate-phone');
  await page.getByRole('button', { name: 'Fazer a cópia' }).click();
  await page.waitForURL('**/spaces/alice/copia');
  assert.deepEqual(window.complaints, []);
});

void test('a Space within the frame of the hub can frame neither a private Space nor the hub', async () => {
  await using opened = await openInhabited();
  const { hub } = opened;
  const seen: string[] = [];
  const host = (label: string): string => `http://${label}.localhost:${hub.port}`;
  await hub.addRepo('alice/hidden', {
    type: 'space',
    sdk: 'static',
    files: { 'index.html': 'what is private' },
  });
  const inner = [`${host('alice-hidden')}/`, `http://localhost:${hub.port}/spaces/alice/hidden`];
  const frames = inner.map((address) => `<iframe src="${address}"></iframe>`).join('');
  const files = { 'index.html': `<!doctype html><p>a thief</p>${frames}` };
  await hub.addRepo('alice/thief', { type: 'space', sdk: 'static', files });
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub);
  const page = await window.context.newPage();
  await signIn(page, '/spaces/alice/hidden');
  await page.frameLocator('iframe').getByText('what is private').waitFor();
  window.context.on('response', (response) => {
    if (response.request().frame().parentFrame() !== null)
      seen.push(`${response.status()} ${response.url()}`);
  });
  await page.goto('/spaces/alice/thief', { waitUntil: 'load' });
  await page.frameLocator('iframe').getByText('a thief').waitFor();
  const thief = page.frames().find((frame) => frame.url().startsWith(host('alice-thief')));
  assert.ok(thief !== undefined);
  await thief.waitForLoadState('load');
  assert.equal(thief.childFrames().length, 2);
  for (const frame of thief.childFrames()) assert.doesNotMatch(await frame.content(), /private/, frame.url());
  assert.ok(
    seen.some((one) => one === `403 ${host('alice-hidden')}/`),
    seen.join('\n'),
  );
  // By itself it meets the same.
  await page.goto(`${host('alice-thief')}/`);
  await page.waitForURL(`${host('alice-thief')}/`);
  await page.getByText('a thief').waitFor();
  for (const frame of page.mainFrame().childFrames())
    assert.doesNotMatch(await frame.content(), /private/, frame.url());
});
