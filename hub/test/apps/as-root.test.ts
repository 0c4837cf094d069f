// Spaces of one real instance that root started: real apps of Gradio and Streamlit, built and run in sandboxes. One instance for all
// of it, because its root takes minutes to make, and an environment most of one.
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { openAppInstance } from '../harness/app-instance.ts';
import { openOutside } from '../harness/outside.ts';
import { runPythonSuite } from '../harness/python.ts';
import { isRoot } from '../harness/test-user.ts';
import { proveBrowser } from './browser.ts';
import { proveEgress } from './egress.ts';
import { provePreload } from './preload.ts';
import { provePrivateModel } from './private-model.ts';
import { proveInFlight } from './in-flight.ts';
import { makeHostKeys, provePublicHosts } from './public-hosts.ts';
import { proveSealed } from './sealed.ts';
import { proveSecrets } from './secrets.ts';
import { proveTakenBack } from './taken-back.ts';
import { proveTakenOver } from './taken-over.ts';

const MINUTES = 60_000;

void test('Spaces of an instance that whoever runs this started', { timeout: 40 * MINUTES }, async (t) => {
  const keys = makeHostKeys();
  await using stack = new AsyncDisposableStack();
  const outside = isRoot ? stack.use(await openOutside({ ...keys })) : undefined;
  await using apps = await openAppInstance('self', { ownCheckout: true, ...outside?.instance });
  const { instance } = apps;
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  const site = { instance, token, owner: 'admin' };
  const env = { HF_ENDPOINT: instance.url, HF_TOKEN: token, HUB_DATA: instance.data };
  for (const suite of ['apps', 'app_lifecycle', 'app_inputs'])
    await runPythonSuite(t, { venv: 'apps', suite, timeout: 15 * MINUTES, env });
  await t.test(
    'people use apps with a browser, and programs with the client for JavaScript',
    async (part) => {
      const used = outside && { key: keys.openai, seen: outside.seen };
      await proveBrowser(part, site, { passwordFile: apps.passwordFile, used });
    },
  );
  await t.test('an app finds what its README wanted preloaded, and what packages.txt names', async () => {
    await provePreload(site);
  });
  await t.test('an app uses a secret that it cannot see', async () => {
    const password = (await readFile(apps.passwordFile, 'utf8')).trim();
    await proveSecrets(site, { asRoot: process.getuid?.() === 0, password });
  });
  await t.test('an app loads a private model by a token that it never has', async () => {
    await provePrivateModel(site, { asRoot: process.getuid?.() === 0 });
  });
  await t.test(
    'an app calls public hosts with secrets that it never has',
    { skip: outside === undefined && 'a network to play them in takes root' },
    async () => {
      if (outside !== undefined) await provePublicHosts(site, { outside, keys, asRoot: true });
    },
  );
  await t.test(
    'an app that was taken over is given no value back, and loses its secret in the middle of an answer',
    { skip: outside === undefined && 'a network to play hosts in takes root' },
    async () => {
      if (outside !== undefined) await proveInFlight(site, outside, keys);
    },
  );
  await t.test(
    'an app reaches what its owner lists, and nothing once it is closed',
    { skip: outside === undefined && 'a network to play hosts in takes root' },
    async () => {
      if (outside !== undefined) await proveEgress(site, outside);
    },
  );
  await t.test('an app with secrets waits while the vault is sealed', async () => {
    await proveSealed(site);
  });
  await t.test(
    'an app ends that has a secret which was deleted, where nothing new can be built',
    async () => {
      await proveTakenBack(site);
    },
  );
  // Last: after it the hub is somebody else's.
  await t.test('a hub that was taken over gets what is on record, and nothing else', async (part) => {
    await proveTakenOver(part, site, apps.checkout);
  });
});
