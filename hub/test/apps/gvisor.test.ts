// Spaces whose sandboxes are made by gVisor: a real Gradio app that is built, run, visited, and out through its door; and all that is held
// of the life of Spaces and of bad input, by the suites that hold it of the other runtime. Long: a kernel that is a program takes its time.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { openAppInstance } from '../harness/app-instance.ts';
import { pause, push, readLog, type Site, untilStage, visit } from '../harness/app-site.ts';
import { runPythonSuite } from '../harness/python.ts';

const MINUTES = 60_000;
const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const APP = `
import os, gradio, httpx
print("kernel", open("/proc/version").read(), flush=True)
print("hub says", httpx.get(os.environ["HF_ENDPOINT"] + "/api/models").status_code, flush=True)
gradio.Interface(lambda text: "hello " + text, "text", "text", api_name="greet").launch()
`;

async function proveOwnKernel(site: Site): Promise<void> {
  const files = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': APP };
  await push(site, { type: 'space', name: 'deep', files });
  await untilStage(site, 'deep');
  const called = await visit(site, 'deep', { path: '/gradio_api/call/greet', body: { data: ['there'] } });
  assert.equal(called.status, 200, called.body);
  const { event_id } = JSON.parse(called.body) as { readonly event_id: string };
  const told = await visit(site, 'deep', { path: `/gradio_api/call/greet/${event_id}` });
  assert.match(told.body, /hello there/);
  const log = await readLog(site, 'deep');
  assert.match(log, /kernel Linux version 4\.4\.0/);
  assert.match(log, /hub says 401/);
  await pause(site, 'deep');
}

void test(
  'Spaces are built, run and live under gVisor',
  { skip: !(LONG && existsSync('/usr/bin/runsc')), timeout: 120 * MINUTES },
  async (t) => {
    await using apps = await openAppInstance('self', { spaces: { runtime: 'gvisor' } });
    const { instance } = apps;
    const token = await instance.createToken({ user: 'admin', role: 'write' });
    const site = { instance, token, owner: 'admin' };
    const env = { HF_ENDPOINT: instance.url, HF_TOKEN: token, HUB_DATA: apps.data, HUB_RUNTIME: 'gvisor' };
    // First those that make the environment, which is not made twice.
    for (const suite of ['apps', 'app_lifecycle', 'app_inputs'])
      await runPythonSuite(t, { venv: 'apps', suite, timeout: 35 * MINUTES, env });
    await t.test('a Gradio app reaches the hub through its door, in a kernel of its own', async () => {
      await proveOwnKernel(site);
    });
  },
);
