// The lives of Spaces with a program, as clients drive them, and those that go wrong.
import test from 'node:test';
import { openAppInstance } from '../harness/app-instance.ts';
import { runPythonSuite } from '../harness/python.ts';

const MINUTES = 60_000;

void test(
  'Spaces live as their people want, and go wrong in ways that are understood',
  { timeout: 25 * MINUTES },
  async (t) => {
    await using apps = await openAppInstance('self');
    const { instance } = apps;
    const env = {
      HF_ENDPOINT: instance.url,
      HF_TOKEN: await instance.createToken({ user: 'admin', role: 'write' }),
      HUB_DATA: instance.data,
    };
    for (const suite of ['app_lifecycle', 'app_inputs'])
      await runPythonSuite(t, { venv: 'apps', suite, timeout: 15 * MINUTES, env });
  },
);
