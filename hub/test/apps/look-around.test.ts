// The probes of the sandboxes where they count: in a package that is built for a real Space, and in its app, beside the whole
// instance. What each says must be what the table says of a sandbox alone.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { GiB } from '@holdfast/kernel/size';
import { openIndexServer } from '@holdfast/runner/test/build/index-server';
import { packSource } from '@holdfast/runner/test/build/packages';
import { callNumbers } from '@holdfast/runner/test/look-around/calls';
import { LOOKS } from '@holdfast/runner/test/look-around/table';
import { openAppInstance } from '../harness/app-instance.ts';
import { push, untilStage, visit } from '../harness/app-site.ts';
import { ROOT } from '../harness/program.ts';
import { openScratch } from '../harness/scratch.ts';

const MINUTES = 60_000;
const LOOK = readFileSync(path.join(ROOT, 'runner/test/look-around/look.py'), 'utf8');
const PROBES = LOOKS.flatMap((group) => group.probes);

/** Looks around once, and says what came of each probe. */
const LOOKER = `
import json, look, os
def all_round():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "start.json")) as file:
        start = json.load(file)
    look.GIVEN, look.CALLS = start["given"], start["calls"]
    return {probe["name"]: look.look(probe) for probe in start["probes"]}
`;

/** A build backend of its own: what it says goes into the package that it makes. */
const BACKEND = `
import json, looker, os, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    said, name = looker.all_round(), "curious-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.writestr("curious/__init__.py", "import json\\nSAID = json.loads(" + repr(json.dumps(said)) + ")\\n")
        wheel.writestr("curious-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: curious\\nVersion: 1.0\\n")
        wheel.writestr("curious-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("curious-1.0.dist-info/RECORD", "")
    return name
`;
const PROJECT =
  '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "curious"\nversion = "1.0"\n';

const APP = `
import curious, http.server, json, looker, os
SAID = json.dumps({"build": curious.SAID, "run": looker.all_round()}).encode()
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", str(len(SAID)))
        self.end_headers()
        self.wfile.write(SAID)
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;

/** What is there because the sandbox is a Space's: what the program inside serves, and the base's own accounts and files. */
const BESIDE: Readonly<Record<string, string>> = {
  'connect to any port of loopback': '53,80,443',
  'read the password hashes': 'EACCES',
  'write to our own program': 'EACCES',
  // A package is built in a folder of its own, where the repository is not.
  'build: list the root': 'build',
  'build: write to the repository’s files': 'ENOENT',
};
/** Its connections are all of its own loopback. */
const CONNECTED = 'read who is connected to whom';

// Of each line the two addresses that follow its number; what is said is cut off after 2,000 letters.
function isOwnLoopback(said: string): boolean {
  const lines = [...said.matchAll(/\d: ([0-9A-F]{8}):[0-9A-F]{4} ([0-9A-F]{8}):[0-9A-F]{4} /g)];
  const addresses = lines.flatMap(([, own, other]) => [own, other]);
  return addresses.length > 0 && addresses.every((one) => one === '0100007F' || one === '00000000');
}

type Said = Readonly<Record<'build' | 'run', Readonly<Record<string, string>>>>;

void test(
  'a package that is built and an app that runs find nothing of the instance',
  { timeout: 20 * MINUTES },
  async (t) => {
    await using index = await openIndexServer('https://pypi.org/simple');
    await using scratch = await openScratch('looked-at');
    const marker = path.join(scratch.path, 'marker');
    await writeFile(marker, 'the host', { mode: 0o666 });
    const abstract = `holdfast-look-${process.pid}`;
    const server = createServer((socket) => socket.end()).listen(`\0${abstract}`);
    await once(server, 'listening');
    await using apps = await openAppInstance('self', { spaces: { index: index.url } });
    const { instance } = apps;
    const given = {
      ...{ port: Number(new URL(instance.url).port), abstract, marker, folder: instance.data },
      ...{ neighbour: path.join(instance.data, 'spaces/runner/env'), pid: instance.pid, word: 'postgres' },
      // Of the hardware that a Space has when nobody asks for more; a build has less.
      memory: 16 * GiB,
    };
    const probes = PROBES.map(({ name, python }) => ({ name, python }));
    const start = JSON.stringify({ given, calls: callNumbers(process.arch), probes });
    const looker = { 'look.py': LOOK, 'looker.py': LOOKER, 'start.json': start };
    const source = packSource('curious', { ...looker, 'backend.py': BACKEND, 'pyproject.toml': PROJECT });
    index.offer({ project: 'curious', ...source });
    const site = {
      instance,
      token: await instance.createToken({ user: 'admin', role: 'write' }),
      owner: 'admin',
    };
    const files = {
      ...looker,
      'README.md': '---\nsdk: gradio\n---\n',
      'requirements.txt': 'curious',
      'app.py': APP,
    };
    await push(site, { type: 'space', name: 'looker', files });
    await untilStage(site, 'looker');
    const { status, body } = await visit(site, 'looker', { path: '/' });
    assert.equal(status, 200, body);
    const said = JSON.parse(body) as Said;
    for (const mode of ['build', 'run'] as const)
      for (const { name, expects } of PROBES)
        await t.test(`${mode}: ${name}`, () => {
          if (name === CONNECTED)
            assert.ok(isOwnLoopback(said[mode][name] ?? ''), JSON.stringify(said[mode][name]));
          else assert.equal(said[mode][name], BESIDE[`${mode}: ${name}`] ?? BESIDE[name] ?? expects);
        });
    assert.equal(await readFile(marker, 'utf8'), 'the host');
    server.close();
  },
);
