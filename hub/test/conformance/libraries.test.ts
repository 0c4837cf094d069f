// transformers and datasets, unchanged, with HF_ENDPOINT pointing here.
import test from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { runPythonSuite } from '../harness/python.ts';

void test('transformers and datasets work', async (t) => {
  await using instance = await startInstance();
  const env = await openCast(instance);
  for (const suite of ['transformers_calls', 'datasets_calls']) {
    await t.test(suite, async (inner) => await runPythonSuite(inner, { venv: 'libraries', suite, env }));
  }
});
