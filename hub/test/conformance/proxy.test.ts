// The same clients through nginx with TLS: over https a client reads 401 differently, and URLs must be the public ones.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { findFreePort, startNginx } from '../harness/nginx.ts';
import { mustRun } from '../harness/program.ts';
import { clientEnvironment, runPythonSuite, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';
import { runJavaScript } from './javascript-client.ts';

const SUITES = ['repositories', 'filters', 'account', 'files', 'history', 'filesystem', 'sizes'] as const;

/** An instance behind nginx, with people and what makes their clients trust it. */
async function openBehindProxy() {
  await using opened = new AsyncDisposableStack();
  const port = await findFreePort();
  const url = `https://localhost:${port}`;
  const instance = opened.use(
    await startInstance({ env: { HOLDFAST_URL: url, HOLDFAST_TRUSTED_PROXIES: '127.0.0.1' } }),
  );
  const proxy = opened.use(await startNginx(port, instance.port));
  const cast = await openCast(instance, url);
  const { authority } = proxy;
  const trust = { REQUESTS_CA_BUNDLE: authority, SSL_CERT_FILE: authority, NODE_EXTRA_CA_CERTS: authority };
  const running = opened.move();
  return { instance, url, authority, cast, trust, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

for (const venv of ['hub-newest', 'hub-0.34']) {
  void test(`${venv}: the Python client works through nginx with TLS`, async (t) => {
    await using hub = await openBehindProxy();
    const { url, cast, trust, authority } = hub;
    for (const suite of SUITES) {
      await t.test(
        suite,
        async (inner) => await runPythonSuite(inner, { venv, suite, env: { ...cast, ...trust } }),
      );
    }
    await t.test('URLs in answers are the public ones', async () => {
      const args = ['-sS', '--cacert', authority, '-H', `Authorization: Bearer ${cast.HF_TOKEN}`];
      const answer = await mustRun('curl', [...args, '-D', '-', `${url}/api/models?limit=1`]);
      assert.match(answer, new RegExp(`^link: <${url}/api/models\\?`, 'im'));
    });
  });
}

void test('hf, @huggingface/hub, transformers, datasets and a resumed download work through nginx with TLS', async (t) => {
  await using hub = await openBehindProxy();
  const { url, cast, trust } = hub;
  const env = { ...cast, ...trust };
  await t.test('@huggingface/hub', async (inner) => await runJavaScript(inner, env));
  for (const suite of ['transformers_calls', 'datasets_calls'])
    await t.test(suite, async (inner) => await runPythonSuite(inner, { venv: 'libraries', suite, env }));
  await using home = await openScratch('hf');
  const inHome = { env: clientEnvironment(home.path, env), cwd: home.path };
  const hf = venvProgram('hub-newest', 'hf');
  const bytes = randomBytes(12_000_000);
  await mkdir(path.join(home.path, 'model'));
  await writeFile(path.join(home.path, 'model/big.bin'), bytes);
  await t.test('hf auth whoami, upload and download', async () => {
    assert.match(await mustRun(hf, ['auth', 'whoami'], inHome), /admin/);
    assert.match(
      await mustRun(hf, ['upload', 'admin/by-hf', './model'], inHome),
      new RegExp(`${url}/admin/by-hf`),
    );
    await mustRun(hf, ['download', 'admin/by-hf', '--local-dir', 'copy'], inHome);
    assert.deepEqual(await readFile(path.join(home.path, 'copy/big.bin')), bytes);
  });
  await t.test('cookies are for this host and for https alone', async () => {
    const password = await hub.instance.admin('user', 'reset-password', 'admin');
    const form = new URLSearchParams({ name: 'admin', password }).toString();
    const curl = async (path: string, ...more: readonly string[]): Promise<string> =>
      await mustRun(
        'curl',
        ['-sS', '--cacert', hub.authority, '-o', 'page', '-D', '-', ...more, `${url}${path}`],
        {
          cwd: home.path,
        },
      );
    const own = ['-H', `Origin: ${url}`, '-H', 'Sec-Fetch-Site: same-origin', '-d', form];
    const said = await curl('/sign-in', ...own);
    assert.match(said, /^HTTP\S+ 303/);
    const cookies = [...said.matchAll(/^set-cookie: (.+?)\r?$/gim)].map(([, cookie = '']) => cookie);
    assert.ok(cookies.some((cookie) => /^__Host-holdfast-session=[^;]{20}/.test(cookie)));
    for (const cookie of cookies)
      assert.match(
        cookie,
        /^__Host-holdfast-[a-z-]+=[^;]*; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
      );
    const value = /__Host-holdfast-session=([^;]+)/.exec(said)?.[1] ?? '';
    assert.match(await curl('/account', '-b', `__Host-holdfast-session=${value}`), /^HTTP\S+ 200/);
    // Under a name that another host of the domain could set it counts for nothing.
    for (const name of ['holdfast-session', `holdfast-${new URL(url).port}-session`])
      assert.match(await curl('/account', '-b', `${name}=${value}`), /^HTTP\S+ 303/);
  });
  await t.test('a download goes on where it stopped', async () => {
    const address = `${url}/admin/by-hf/resolve/main/big.bin`;
    const args = ['-sS', '-L', '--cacert', hub.authority, '-H', `Authorization: Bearer ${cast.HF_TOKEN}`];
    await writeFile(path.join(home.path, 'part.bin'), bytes.subarray(0, 5_000_000));
    await mustRun('curl', [...args, '-C', '-', '-o', 'part.bin', address], { cwd: home.path });
    assert.deepEqual(await readFile(path.join(home.path, 'part.bin')), bytes);
  });
});
