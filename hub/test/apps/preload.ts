// An app that loads a file of a model without asking anybody: the hub has put it where huggingface_hub looks. Its root has a
// package of Debian of its own, and clients of every kind in it reach the hub, whether they know proxies or not.
import assert from 'node:assert/strict';
import { pause, push, readLog, untilStage, type Site } from '../harness/app-site.ts';

const APP = `
import aiohttp, asyncio, http.server, httpx, os, requests, subprocess
from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import HfHubHTTPError

told = open(hf_hub_download("admin/small", "config.json", local_files_only=True)).read()
told += " " + ",".join(sorted(os.listdir(snapshot_download("admin/small", local_files_only=True))))
try:
    open(os.path.join(os.path.expanduser("~/.cache/huggingface/hub/models--admin--small"), "mine"), "w")
    told += " written"
except OSError:
    told += " read-only"
told += " with cowsay" if os.path.exists("/usr/games/cowsay") else " without cowsay"

PLACE = os.environ["HF_ENDPOINT"] + "/api/whoami-v2"

async def by_aiohttp():
    async with aiohttp.ClientSession() as session:
        async with session.get(PLACE) as answer:
            return answer.status

def by_huggingface_hub():
    try:
        return HfApi().whoami(token="hf_nobody")
    except HfHubHTTPError as error:
        return error.response.status_code

def said_by(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.strip()

def said_by_git():
    """The hub has no repositories for it: that it was told so, and not that nobody is there."""
    said = subprocess.run(["git", "ls-remote", os.environ["HF_ENDPOINT"] + "/admin/small"], capture_output=True,
        text=True, env={**os.environ, "GIT_TERMINAL_PROMPT": "0"}).stderr
    print("git:", said, flush=True)
    return "answered" if any(words in said for words in ("not found", "returned error", "could not read Username")) else said

# Nobody is told who he is: the hub itself says 401.
reached = {
    "requests": requests.get(PLACE).status_code,
    "httpx": httpx.get(PLACE).status_code,
    "aiohttp": asyncio.run(by_aiohttp()),
    "huggingface_hub": by_huggingface_hub(),
    "node": said_by("node", "-e", f"fetch({PLACE!r}).then((answer) => console.log(answer.status))"),
    "curl": said_by("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", PLACE),
    "git": said_by_git(),
}
print("reached:", *(f"{name} {status}" for name, status in reached.items()), flush=True)

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(told.encode())

print("told:", told, flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;
const README = '---\nsdk: gradio\npreload_from_hub:\n- admin/small config.json\n---\n';

const REACHED = ['requests', 'httpx', 'aiohttp', 'huggingface_hub', 'node', 'curl'].map(
  (name) => `${name} 401`,
);

/** Shows that an app finds what its README wanted preloaded, and what packages.txt names. */
export async function provePreload(site: Site): Promise<void> {
  await push(site, {
    type: 'model',
    name: 'small',
    files: { 'config.json': '{"size":1}', 'more.txt': 'x' },
  });
  const files = {
    'README.md': README,
    'packages.txt': 'cowsay\ncurl\nnodejs\n',
    'requirements.txt': 'aiohttp\nrequests\n',
    'app.py': APP,
  };
  await push(site, { type: 'space', name: 'loader', files });
  await untilStage(site, 'loader');
  const log = await readLog(site, 'loader');
  for (const words of [...REACHED, 'git answered']) assert.match(log, new RegExp(`reached: .*${words}`), log);
  assert.match(log, /told: \{\\"size\\":1\} config\.json read-only with cowsay/);
  await pause(site, 'loader');
}
