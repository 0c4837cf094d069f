// The same of an instance that an ordinary user started, which has namespaces alone to keep apps apart.
import test from 'node:test';
import { openAppInstance } from '../harness/app-instance.ts';
import { runPythonSuite } from '../harness/python.ts';
import { isRoot } from '../harness/test-user.ts';
import { provePrivateModel } from './private-model.ts';
import { proveSecrets } from './secrets.ts';
import { proveTakenBack } from './taken-back.ts';
import { proveTakenOver } from './taken-over.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const MINUTES = 60_000;

void test(
  'Spaces of an instance that an ordinary user started',
  { skip: !isRoot && 'making that user takes root', timeout: 40 * MINUTES },
  async (t) => {
    await using apps = await openAppInstance('user');
    const { instance } = apps;
    const token = await instance.createToken({ user: 'admin', role: 'write' });
    const site = { instance, token, owner: 'admin' };
    const env = { HF_ENDPOINT: instance.url, HF_TOKEN: token, HUB_DATA: instance.data };
    for (const suite of LONG ? ['apps', 'app_lifecycle', 'app_inputs'] : ['apps'])
      await runPythonSuite(t, { venv: 'apps', suite, timeout: 15 * MINUTES, env });
    await t.test('an app uses a secret that it cannot see', async () => {
      await proveSecrets(site, { asRoot: isRoot });
    });
    await t.test('an app loads a private model by a token that it never has', async () => {
      await provePrivateModel(site, { asRoot: isRoot });
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
  },
);
