// The suite of @huggingface/hub, the client for JavaScript.
import { copyFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { reportCases } from '../harness/cases.ts';
import { ROOT, runProgram } from '../harness/program.ts';

/** Runs it, or another script; each of its cases becomes a subtest. */
export async function runJavaScript(
  t: TestContext,
  env: Readonly<Record<string, string>>,
  name = 'client.js',
): Promise<void> {
  // Packages are found from where a script lies, so it is put beside them.
  const folder = path.join(ROOT, '.tools/clients/node');
  const script = path.join(folder, `${name}.${process.pid}.mjs`);
  await copyFile(path.join(import.meta.dirname, 'javascript', name), script);
  try {
    await reportCases(t, name, await runProgram(process.execPath, [script], { env, cwd: folder }));
  } finally {
    await rm(script);
  }
}
