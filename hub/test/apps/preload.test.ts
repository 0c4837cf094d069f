// An app that loads a file of a model without asking anybody: the hub has put it where huggingface_hub looks. Its root has a
// package of Debian of its own.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openAppInstance } from '../harness/app-instance.ts';
import { push, readLog, untilStage } from '../harness/app-site.ts';

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
    const site = { instance, token, owner: 'admin' };
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
    await untilStage(site, 'loader');
    const lines = await readLog(site, 'loader');
    assert.match(lines, /told: \{\\"size\\":1\} config\.json read-only with cowsay/);
  },
);
