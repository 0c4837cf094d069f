// An app loads a private model of the hub with a token that it never has: small files, and large ones in each way in which the
// hub stores and serves them, by the client that everybody uses.
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
import hashlib, json, os, sys, tempfile
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
told = {
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
        loading = subprocess.Popen([sys.executable, "fetch.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, **settings})
        told = loading.stdout.readline()
        self.send_response(200 if told else 500)
        self.end_headers()
        self.wfile.write(told)
        stay.append(loading)

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;

/** Makes the model. Gives the digests of its files. */
async function pushModel(site: Site): Promise<Readonly<Record<string, string>>> {
  const { instance, token } = site;
  await push(site, { type: 'model', name: MODEL, private: true, files: { 'config.json': CONFIG } });
  const to = { token, repo: `admin/${MODEL}` };
  const linked = lfsSampleOf(LARGE_BYTES);
  await uploadFile(instance, { ...to, sample: linked, path: 'linked.bin' });
  const chunks = Array.from({ length: LARGE_BYTES / CHUNK_BYTES }, () => randomBytes(CHUNK_BYTES));
  const sample = xetSampleOf(encodeXorb(chunks));
  await uploadXet(instance, { ...to, sample, path: 'model.safetensors' });
  return {
    'config.json': hash('sha256', CONFIG),
    'linked.bin': linked.oid,
    'model.safetensors': sample.oid,
  };
}

/** Shows it. `asRoot`: the memory of other processes can be looked into. */
export async function provePrivateModel(site: Site, { asRoot }: { readonly asRoot: boolean }): Promise<void> {
  const files = await pushModel(site);
  await post(site, '/api/repos/create', [{ type: 'space', name: NAME, sdk: 'gradio', private: true }]);
  const value = await site.instance.createToken({ user: 'admin', role: 'read' });
  await post(site, `/api/spaces/admin/${NAME}/secrets`, [{ key: 'HF_TOKEN', value }]);
  const app = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': APP, 'fetch.py': FETCH };
  await commit(site, { type: 'space', name: NAME, files: app });
  await untilStage(site, NAME);
  for (const [path, chunks] of [
    ['/chunks', true],
    ['/whole', false],
  ] as const) {
    const { status, body } = await visit(site, NAME, { path });
    assert.equal(status, 200, status === 200 ? body : await readLog(site, NAME));
    assert.deepEqual(JSON.parse(body), { one: files, all: files, chunks }, path);
    assert.ok(!body.includes(value));
  }
  const values = { brokered: [], tokens: [{ name: 'token', value }], given: [] };
  if (asRoot) await judgeProcesses(site.instance, values);
  await pause(site, NAME);
}
