// An app that loads a file of a model without asking anybody: the hub has put it where huggingface_hub looks. Its root has a
// package of Debian of its own.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openAppInstance } from '../harness/app-instance.ts';
import { type Instance } from '../harness/instance.ts';

const MINUTES = 60_000;
const APP = `
import http.server, os
from huggingface_hub import hf_hub_download, snapshot_download

told = open(hf_hub_download("admin/small", "config.json", local_files_only=True)).read()
told += " " + ",".join(sorted(os.listdir(snapshot_download("admin/small", local_files_only=True))))
try:
    open(os.path.join(os.path.expanduser("~/.cache/huggingface/hub/models--admin--small"), "mine"), "w")
    told += " written"
except OSError:
    told += " read-only"
told += " with cowsay" if os.path.exists("/usr/games/cowsay") else " without cowsay"

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(told.encode())

print("told:", told, flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;
const README = '---\nsdk: gradio\npreload_from_hub:\n- admin/small config.json\n---\n';

void test(
  'an app finds what its README wanted preloaded, and what packages.txt names',
  { timeout: 25 * MINUTES },
  async () => {
    await using apps = await openAppInstance('self');
    const { instance } = apps;
    const token = await instance.createToken({ user: 'admin', role: 'write' });
    const site = { instance, token };
    await push(site, {
      type: 'model',
      name: 'small',
      files: { 'config.json': '{"size":1}', 'more.txt': 'x' },
    });
    await push(site, {
      type: 'space',
      name: 'loader',
      files: { 'README.md': README, 'packages.txt': 'cowsay\n', 'app.py': APP },
    });
    await untilRunning(site);
    const lines = await logs(site);
    assert.match(lines, /told: \{\\"size\\":1\} config\.json read-only with cowsay/);
  },
);

interface Site {
  readonly instance: Instance;
  readonly token: string;
}

interface Push {
  readonly type: 'model' | 'space';
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

async function push(site: Site, { type, name, files }: Push): Promise<void> {
  const wish = { type, name, ...(type === 'space' && { sdk: 'gradio' }), private: type === 'space' };
  await post(site, '/api/repos/create', [wish]);
  const lines = [
    { key: 'header', value: { summary: 'Files' } },
    ...Object.entries(files).map(([path, text]) => ({
      key: 'file',
      value: { path, content: Buffer.from(text).toString('base64'), encoding: 'base64' },
    })),
  ];
  await post(site, `/api/${type}s/admin/${name}/commit/main`, lines);
}

/** Sends one object, or several as lines. */
async function post({ instance, token }: Site, where: string, lines: readonly object[]): Promise<void> {
  const type = lines.length === 1 ? 'application/json' : 'application/x-ndjson';
  const headers = { authorization: `Bearer ${token}`, 'content-type': type };
  const body = lines.map((line) => JSON.stringify(line)).join('\n');
  const answer = await fetch(`${instance.url}${where}`, { method: 'POST', headers, body });
  assert.equal(answer.status, 200, `${where}: ${await answer.text()}`);
}

async function untilRunning({ instance, token }: Site): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  for (const until = Date.now() + 20 * MINUTES; Date.now() < until; await delay(500)) {
    const answer = await fetch(`${instance.url}/api/spaces/admin/loader/runtime`, { headers });
    const said = await answer.text();
    const { stage } = JSON.parse(said) as { stage: string };
    if (stage === 'RUNNING') return;
    assert.ok(!stage.endsWith('_ERROR'), said);
  }
  throw new Error('it never ran');
}

/** What its log has within two seconds. */
async function logs({ instance, token }: Site): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(2_000);
  let text = '';
  try {
    const answer = await fetch(`${instance.url}/api/spaces/admin/loader/logs/run`, { headers, signal });
    for await (const part of answer.body ?? []) text += Buffer.from(part).toString();
  } catch {
    // It goes on for as long as the app does.
  }
  return text;
}
