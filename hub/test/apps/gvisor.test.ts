// A real Gradio app whose sandboxes are made by gVisor: built, run, visited, and out through its door. Long: a kernel that is a
// program takes its time.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { openAppInstance } from '../harness/app-instance.ts';
import { push, readLog, untilStage, visit } from '../harness/app-site.ts';

const MINUTES = 60_000;
const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const APP = `
import os, gradio, httpx
print("kernel", open("/proc/version").read(), flush=True)
print("hub says", httpx.get(os.environ["HF_ENDPOINT"] + "/api/models").status_code, flush=True)
gradio.Interface(lambda text: "hello " + text, "text", "text", api_name="greet").launch()
`;

void test(
  'a Gradio app is built and runs under gVisor',
  { skip: !(LONG && existsSync('/usr/bin/runsc')), timeout: 25 * MINUTES },
  async () => {
    await using apps = await openAppInstance('self', { spaces: { runtime: 'gvisor' } });
    const { instance } = apps;
    const token = await instance.createToken({ user: 'admin', role: 'write' });
    const site = { instance, token, owner: 'admin' };
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
  },
);
