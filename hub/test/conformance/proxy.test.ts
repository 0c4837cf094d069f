// The same clients through nginx with TLS: over https a client reads 401 differently, and URLs must be the public ones.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { findFreePort, startNginx } from '../harness/nginx.ts';
import { mustRun } from '../harness/program.ts';
import { runPythonSuite } from '../harness/python.ts';

const SUITES = ['repositories', 'account', 'files', 'history', 'filesystem'] as const;

for (const venv of ['hub-newest', 'hub-0.34']) {
  void test(`${venv}: the Python client works through nginx with TLS`, async (t) => {
    const port = await findFreePort();
    const url = `https://localhost:${port}`;
    await using instance = await startInstance({
      env: { HOLDFAST_URL: url, HOLDFAST_TRUSTED_PROXIES: '127.0.0.1' },
    });
    await using proxy = await startNginx(port, instance.port);
    const cast = await openCast(instance, url);
    const trust = { REQUESTS_CA_BUNDLE: proxy.authority, SSL_CERT_FILE: proxy.authority };
    for (const suite of SUITES) {
      await t.test(
        suite,
        async (inner) => await runPythonSuite(inner, { venv, suite, env: { ...cast, ...trust } }),
      );
    }
    await t.test('URLs in answers are the public ones', async () => {
      const args = ['-sS', '--cacert', proxy.authority, '-H', `Authorization: Bearer ${cast.HF_TOKEN}`];
      const answer = await mustRun('curl', [...args, '-D', '-', `${url}/api/models?limit=1`]);
      assert.match(answer, new RegExp(`^link: <${url}/api/models\\?`, 'im'));
    });
  });
}
