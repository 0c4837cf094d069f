// @huggingface/hub, the client for JavaScript.
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { ROOT, runProgram } from '../harness/program.ts';
import { reportCases } from '../harness/cases.ts';

void test('the calls of @huggingface/hub work', async (t) => {
  await using instance = await startInstance();
  // Packages are found from where a script lies, so it is put beside them.
  const folder = path.join(ROOT, '.tools/clients/node');
  const script = path.join(folder, 'client.mjs');
  await copyFile(path.join(import.meta.dirname, 'javascript/client.js'), script);
  const env = await openCast(instance);
  await reportCases(t, 'client.js', await runProgram(process.execPath, [script], { env, cwd: folder }));
});
