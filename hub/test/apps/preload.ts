// An app that loads a file of a model without asking anybody: the hub has put it where huggingface_hub looks. Its root has a
// package of Debian of its own.
import assert from 'node:assert/strict';
import { pause, push, readLog, untilStage, type Site } from '../harness/app-site.ts';

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

/** Shows that an app finds what its README wanted preloaded, and what packages.txt names. */
export async function provePreload(site: Site): Promise<void> {
  await push(site, {
    type: 'model',
    name: 'small',
    files: { 'config.json': '{"size":1}', 'more.txt': 'x' },
  });
  const files = { 'README.md': README, 'packages.txt': 'cowsay\n', 'app.py': APP };
  await push(site, { type: 'space', name: 'loader', files });
  await untilStage(site, 'loader');
  assert.match(await readLog(site, 'loader'), /told: \{\\"size\\":1\} config\.json read-only with cowsay/);
  await pause(site, 'loader');
}
