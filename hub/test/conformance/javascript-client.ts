// The suite of @huggingface/hub, the client for JavaScript.
import { copyFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { reportCases } from '../harness/cases.ts';
import { ROOT, runProgram } from '../harness/program.ts';

/** Runs it; each of its cases becomes a subtest. */
export async function runJavaScript(t: TestContext, env: Readonly<Record<string, string>>): Promise<void> {
  // Packages are found from where a script lies, so it is put beside them.
  const folder = path.join(ROOT, '.tools/clients/node');
  const script = path.join(folder, `client.${process.pid}.mjs`);
  await copyFile(path.join(import.meta.dirname, 'javascript/client.js'), script);
  try {
    await reportCases(t, 'client.js', await runProgram(process.execPath, [script], { env, cwd: folder }));
  } finally {
    await rm(script);
  }
}
