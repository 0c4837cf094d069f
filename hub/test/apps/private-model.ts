// An app loads a private model of the hub with a token that it never has: small files, and large ones in each way in which the
// hub stores and serves them, by the client that everybody uses. What the hub gives out meanwhile is good in that run alone.
import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { MiB } from '@holdfast/kernel/size';
import { commit, pause, post, push, readLog, untilStage, visit, type Site } from '../harness/app-site.ts';
import { sampleOf as lfsSampleOf, uploadFile } from '../harness/lfs.ts';
import { encodeXorb } from '../harness/xet-encode.ts';
import { sampleOf as xetSampleOf, uploadXet } from '../harness/xet.ts';
import { judgeProcesses } from './who-has.ts';

const MODEL = 'guarded';
const NAME = 'borrower';
const CONFIG = '{"guarded":true}';
const LARGE_BYTES = 5 * MiB;
const CHUNK_BYTES = 64 * 1024;

/**
 * Loads everything anew in a process of its own, which alone can be told to do without Xet. It stays, with all that it has seen in
 * its memory.
 */
const FETCH = `
import hashlib, json, os, sys, tempfile, urllib.request
from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url, snapshot_download
from huggingface_hub.constants import HF_HUB_DISABLE_XET
from huggingface_hub.file_download import is_xet_available

REPO = "admin/guarded"

def digest(file):
    return hashlib.sha256(open(file, "rb").read()).hexdigest()

home = tempfile.mkdtemp()
one = {name: digest(hf_hub_download(REPO, name, cache_dir=home + "/one"))
       for name in ("config.json", "linked.bin", "model.safetensors")}
folder = snapshot_download(REPO, cache_dir=home + "/all")

def ask(url, body=None, token=os.environ["HF_TOKEN"]):
    headers = {"Content-Type": "application/vnd.git-lfs+json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    return urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers)).read()

hub = os.environ["HF_ENDPOINT"]
wish = {"oid": one["linked.bin"], "size": os.path.getsize(os.path.join(folder, "linked.bin"))}
batch = json.dumps({"operation": "download", "transfers": ["basic"], "objects": [wish]}).encode()
objects = json.loads(ask(hub + "/" + REPO + ".git/info/lfs/objects/batch", batch))["objects"]
link = objects[0]["actions"]["download"]["href"]
chunks = json.loads(ask(hub + "/api/models/" + REPO + "/xet-read-token/main"))
pieces = chunks["casUrl"] + "/v2/reconstructions/" + sys.argv[1]
xorbs = json.loads(ask(pieces, token=chunks["accessToken"]))["xorbs"]
told = {
    "inside": hashlib.sha256(ask(link, token=None)).hexdigest() == one["linked.bin"],
    "carried": {"link": link, "pieces": pieces, "token": chunks["accessToken"],
                "part": [part for parts in xorbs.values() for part in parts][0]["url"]},
    "one": one,
    "all": {name: digest(os.path.join(folder, name)) for name in one},
    "chunks": is_xet_available() and get_hf_file_metadata(hf_hub_url(REPO, "model.safetensors")).xet_file_data is not None,
}
print(json.dumps(told), flush=True)
sys.stdin.read()
`;

const APP = `
import http.server, os, subprocess, sys

stay = []

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        settings = {"HF_HUB_DISABLE_XET": "1"} if self.path == "/whole" else {}
        loading = subprocess.Popen([sys.executable, "fetch.py", os.environ["CHUNKED"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, **settings})
        told = loading.stdout.readline()
        self.send_response(200 if told else 500)
        self.end_headers()
        self.wfile.write(told)
        stay.append(loading)

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;

/** What the app was given out by the hub, as it tells it to whoever asks. */
interface Carried {
  readonly link: string;
  readonly pieces: string;
  readonly token: string;
  readonly part: string;
}

/** Uses it where no door says that it is the app's. */
async function requireWorthless({ instance }: Site, { link, pieces, token, part }: Carried): Promise<void> {
  const statusOf = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    (await fetch(url.replace(/^http:\/\/[^/]+/, instance.url), { headers })).status;
  assert.deepEqual(
    [
      await statusOf(link),
      await statusOf(pieces, { authorization: `Bearer ${token}` }),
      await statusOf(part, { range: 'bytes=0-9' }),
    ],
    [403, 401, 403],
  );
}

/** Makes the model. Gives the digests of its files, and the hash of the one in chunks. */
async function pushModel(
  site: Site,
): Promise<{ readonly files: Readonly<Record<string, string>>; readonly chunked: string }> {
  const { instance, token } = site;
  await push(site, { type: 'model', name: MODEL, private: true, files: { 'config.json': CONFIG } });
  const to = { token, repo: `admin/${MODEL}` };
  const linked = lfsSampleOf(LARGE_BYTES);
  await uploadFile(instance, { ...to, sample: linked, path: 'linked.bin' });
  const chunks = Array.from({ length: LARGE_BYTES / CHUNK_BYTES }, () => randomBytes(CHUNK_BYTES));
  const sample = xetSampleOf(encodeXorb(chunks));
  await uploadXet(instance, { ...to, sample, path: 'model.safetensors' });
  const files = {
    'config.json': hash('sha256', CONFIG),
    'linked.bin': linked.oid,
    'model.safetensors': sample.oid,
  };
  return { files, chunked: sample.file.hash };
}

/** Shows it. `asRoot`: the memory of other processes can be looked into. */
export async function provePrivateModel(site: Site, { asRoot }: { readonly asRoot: boolean }): Promise<void> {
  const { files, chunked } = await pushModel(site);
  await post(site, '/api/repos/create', [{ type: 'space', name: NAME, sdk: 'gradio', private: true }]);
  const value = await site.instance.createToken({ user: 'admin', role: 'read' });
  await post(site, `/api/spaces/admin/${NAME}/secrets`, [{ key: 'HF_TOKEN', value }]);
  await post(site, `/api/spaces/admin/${NAME}/variables`, [{ key: 'CHUNKED', value: chunked }]);
  const app = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': APP, 'fetch.py': FETCH };
  await commit(site, { type: 'space', name: NAME, files: app });
  await untilStage(site, NAME);
  for (const [path, chunks] of [
    ['/chunks', true],
    ['/whole', false],
  ] as const) {
    const { status, body } = await visit(site, NAME, { path });
    assert.equal(status, 200, status === 200 ? body : await readLog(site, NAME));
    const { carried, ...told } = JSON.parse(body) as { readonly carried: Carried };
    assert.deepEqual(told, { inside: true, one: files, all: files, chunks }, path);
    await requireWorthless(site, carried);
    assert.ok(!body.includes(value));
  }
  const values = { brokered: [], tokens: [{ name: 'token', value }], given: [] };
  if (asRoot) await judgeProcesses(site.instance, values);
  await pause(site, NAME);
}
