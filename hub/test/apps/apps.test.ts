// Real apps of Gradio and Streamlit, built and run in sandboxes of a real instance, as root and as an ordinary user.
import test from 'node:test';
import { openAppInstance } from '../harness/app-instance.ts';
import { runPythonSuite } from '../harness/python.ts';
import { isRoot } from '../harness/test-user.ts';

const MINUTES = 60_000;

for (const as of ['self', 'user'] as const)
  void test(
    `apps, started as ${as}`,
    { skip: as === 'user' && !isRoot, timeout: 30 * MINUTES },
    async (t) => {
      await using apps = await openAppInstance(as);
      const { instance } = apps;
      await runPythonSuite(t, {
        venv: 'apps',
        suite: 'apps',
        timeout: 25 * MINUTES,
        env: {
          HF_ENDPOINT: instance.url,
          HF_TOKEN: await instance.createToken({ user: 'admin', role: 'write' }),
        },
      });
    },
  );
