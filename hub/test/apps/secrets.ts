// Secrets of a real app: it uses one that it cannot see, finds the others where they belong, and nothing else on the machine
// has any of them.
import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { AppSpace, type Site } from '../harness/app-space.ts';
import { huntFiles, huntProcesses } from './hunt.ts';
import { listHolders } from './left.ts';

/** Says what it finds, by digest, because the hub passes on what it says; and what the hub answers to what it finds. */
const APP = `
import hashlib, http.server, json, os, urllib.request, urllib.error

def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()

def whoami():
    request = urllib.request.Request(os.environ["HF_ENDPOINT"] + "/api/whoami-v2",
        headers={"authorization": "Bearer " + os.environ["HF_TOKEN"]})
    try:
        with urllib.request.urlopen(request) as answer:
            return [answer.status, json.load(answer)["name"]]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode()[:300]]

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = {"token": os.environ.get("HF_TOKEN"), "variable": digest(os.environ["PLAIN"]),
                 "file": digest(open(os.environ["FILED_FILE"]).read()), "mode": oct(os.stat(os.environ["FILED_FILE"]).st_mode),
                 "whoami": whoami()}
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;

function digest(text: string): string {
  return hash('sha256', text);
}

interface Said {
  readonly token: string;
  readonly variable: string;
  readonly file: string;
  readonly mode: string;
  readonly whoami: readonly [number, string];
}

/** Shows it. `asRoot`: the memory of other processes can be looked into. */
export async function proveSecrets(site: Site, { asRoot }: { readonly asRoot: boolean }): Promise<void> {
  const { instance } = site;
  const began = new Date();
  const ofApp = await instance.createToken({ user: 'admin', role: 'read' });
  const space = await AppSpace.create(site, 'keeper');
  const [variable = '', file = ''] = ['variable', 'file'].map(
    (name) => `${name}-${randomBytes(24).toString('base64url')}`,
  );
  const set = (key: string, value: string, more: object = {}) =>
    space.ask('/secrets', { body: { key, value, ...more } });
  await set('HF_TOKEN', ofApp);
  const unused = `sk-proj-${randomBytes(60).toString('base64url')}`;
  await set('OPENAI_API_KEY', unused);
  await set('PLAIN', variable);
  await set('FILED', file, { way: 'file' });
  await space.push({ 'README.md': '---\nsdk: gradio\n---\n', 'app.py': APP });
  await space.untilStage('RUNNING');
  const said = JSON.parse(await space.visit()) as Said;
  assert.notEqual(said.token, ofApp, 'the app does not have it');
  assert.equal(said.token.length, ofApp.length);
  assert.deepEqual(said.whoami, [200, 'admin'], 'and uses it');
  assert.deepEqual([said.variable, said.file, said.mode], [digest(variable), digest(file), '0o100400']);
  const hunted = [
    { name: 'brokered', value: unused },
    { name: 'variable', value: variable },
    { name: 'file', value: file },
  ];
  assert.deepEqual(await huntFiles(instance.data, [...hunted, { name: 'token', value: ofApp }], began), []);
  if (asRoot) {
    // The token is known to the hub by right: it is asked with it.
    const rightly = /vault\/src\/main|door\/src\/run|inside\/src|app\.py/;
    const others = [...(await listHolders(instance.data))].filter(([, command]) => !rightly.test(command));
    assert.ok(others.length > 5, 'there is somebody to look into');
    assert.deepEqual(await huntProcesses(others, hunted), []);
  }
  await space.pause();
  for (const kind of ['released', 'delivered', 'lease', 'ended']) {
    const { stdout } = await instance.command('ledger', 'list', '--kind', `secret.${kind}`, '--json');
    assert.match(stdout, /secret:/, kind);
  }
}
