// The probes of the sandboxes where they count: in a package that is built for a real Space, and in its app, beside the whole
// instance. What each says must be what the table says of a sandbox alone.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { GiB } from '@holdfast/kernel/size';
import { SDK } from '@holdfast/runner/test/build/bench';
import { openIndexServer, type IndexServer } from '@holdfast/runner/test/build/index-server';
import { makeWheel, packSource } from '@holdfast/runner/test/build/packages';
import { callNumbers } from '@holdfast/runner/test/look-around/calls';
import { underGvisor } from '@holdfast/runner/test/look-around/gvisor';
import { LOOKS } from '@holdfast/runner/test/look-around/table';
import { openAppInstance } from '../harness/app-instance.ts';
import { push, untilStage, visit, type Site } from '../harness/app-site.ts';
import { ROOT } from '../harness/program.ts';
import { openScratch } from '../harness/scratch.ts';
import { isRoot } from '../harness/test-user.ts';
import { SERVE_SAID } from './page-server.ts';

const MINUTES = 60_000;
const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
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

// The links are laid once its files are there, and it looks no sooner.
const APP = `
import curious, http.server, json, looker, os, time
while not all(os.path.lexists("/source/" + name) for name in ["absolute", "climbing", "process"]): time.sleep(0.1)
SAID = json.dumps({"build": curious.SAID, "run": looker.all_round()}).encode()
${SERVE_SAID}`;

/** Who runs the instance, and what makes its sandboxes. */
interface Way {
  readonly owner: 'self' | 'user';
  readonly runtime: 'bubblewrap' | 'gvisor';
}

/** Its folder of files, and a process that the looker must not find. */
interface Neighbour {
  readonly folder: string;
  readonly pid: number;
}

/** Another Space, which the looker could find by its file, its process and its folder. */
const NEIGHBOUR_FILE = `neighbour-${process.pid}.py`;
const NEIGHBOUR = `
import http.server, os
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), http.server.SimpleHTTPRequestHandler).serve_forever()
`;

/** What is there because the sandbox is a Space's: and what the program inside serves. */
const BESIDE: Readonly<Record<string, string>> = {
  'connect to any port of loopback': '53,80,443',
  'write to our own program': 'EACCES',
  // A package is built in a folder of its own, where the repository is not.
  'build: list the root': 'build',
  'build: write to the repository’s files': 'ENOENT',
};
/** Where all is one user's, the base's files are, too; nothing can be written. */
const BESIDE_OF_USER: Readonly<Record<string, string>> = {
  'write to our own program': 'closed',
};
/** A package is built elsewhere there, too, and `/sys` is its own kernel's. */
const BESIDE_UNDER_GVISOR: Readonly<Record<string, string>> = {
  'build: list the root': 'build,sys',
  'build: write to the repository’s files': 'ENOENT',
};
/** There, who builds has the number of the user whose files the base's are; who runs has another. */
const BESIDE_OF_USER_UNDER_GVISOR: Readonly<Record<string, string>> = {
  'build: write to our own program': 'closed',
  'build: write a program that others will start': 'EROFS',
  'build: change who may do what with the base': 'EROFS',
};
/** Its connections are all of its own loopback. */
const CONNECTED = 'read who is connected to whom';

// Of each line the two addresses that follow its number; what is said is cut off after 2,000 letters.
function isOwnLoopback(said: string): boolean {
  const lines = [...said.matchAll(/\d: ([0-9A-F]{8}):[0-9A-F]{4} ([0-9A-F]{8}):[0-9A-F]{4} /g)];
  const addresses = lines.flatMap(([, own, other]) => [own, other]);
  return addresses.length > 0 && addresses.every((one) => one === '0100007F' || one === '00000000');
}

/** Starts a neighbour, and tells its folder of files and the number of its program, as the host knows it. */
async function openNeighbour(site: Site, { runtime }: Way): Promise<Neighbour> {
  const sources = path.join(site.instance.data, 'spaces/sources');
  const files = {
    'README.md': `---\nsdk: gradio\napp_file: ${NEIGHBOUR_FILE}\n---\n`,
    [NEIGHBOUR_FILE]: NEIGHBOUR,
  };
  await push(site, { type: 'space', name: 'neighbour', files });
  await untilStage(site, 'neighbour');
  const [name = ''] = await readdir(sources);
  const folder = path.join(sources, name);
  // Its program is known to its own kernel alone.
  if (runtime === 'gvisor') return { folder, pid: site.instance.pid };
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(NEIGHBOUR_FILE)) return { folder, pid: Number(pid) };
  }
  throw new Error('the neighbour has no process');
}

/**
 * Lays links out of the repository among the files of the other Space. Git knows such links; of the ways into this hub none takes
 * them, so that they are put where the hub would write them.
 */
async function layLinks(site: Site, { folder }: Neighbour, marker: string): Promise<void> {
  const sources = path.dirname(folder);
  for (const until = Date.now() + 10 * MINUTES; ; await delay(100)) {
    const [owner] = (await readdir(sources)).filter((name) => name !== path.basename(folder));
    const names = owner === undefined ? [] : await readdir(path.join(sources, owner)).catch(() => []);
    const commit = names.find((name) => /^[0-9a-f]{40}$/.test(name));
    if (owner !== undefined && commit !== undefined) {
      const place = path.join(sources, owner, commit);
      await symlink(marker, path.join(place, 'absolute'));
      await symlink(`${'../'.repeat(20)}${marker.slice(1)}`, path.join(place, 'climbing'));
      await symlink(`/proc/${site.instance.pid}/root`, path.join(place, 'process'));
      return;
    }
    assert.ok(Date.now() < until, 'the files of the Space were never written');
  }
}

type Said = Readonly<Record<'build' | 'run', Readonly<Record<string, string>>>>;

/** What the probe of this name has to say. */
function expectedOf(probe: (typeof PROBES)[number], mode: 'build' | 'run', way: Way): string | RegExp {
  const { name, expects } = probe;
  const isOrdinary = way.owner === 'user' || !isRoot;
  const own =
    way.runtime === 'gvisor'
      ? [BESIDE_UNDER_GVISOR, ...(isOrdinary ? [BESIDE_OF_USER_UNDER_GVISOR] : [])]
      : [...(isOrdinary ? [BESIDE_OF_USER] : [])];
  const known = (table: Readonly<Record<string, string>>): string | undefined =>
    table[`${mode}: ${name}`] ?? table[name];
  const beside = own.map(known).find((said) => said !== undefined);
  if (beside !== undefined) return beside;
  const usual = known(BESIDE) ?? expects;
  return way.runtime === 'gvisor' ? underGvisor(name, usual, mode) : usual;
}

/** Has one Space look around beside another, and gives what it saw. */
async function lookAround(site: Site, index: IndexServer, { marker, abstract, way }: Bait): Promise<Said> {
  const { instance } = site;
  const neighbour = await openNeighbour(site, way);
  const given = {
    ...{ port: Number(new URL(instance.url).port), abstract, marker, folder: instance.data },
    ...{ neighbour: neighbour.folder, pid: neighbour.pid, word: NEIGHBOUR_FILE },
    // Of the hardware that a Space has when nobody asks for more; a build has less.
    memory: 16 * GiB,
  };
  const probes = PROBES.map(({ name, python }) => ({ name, python }));
  const start = JSON.stringify({ given, calls: callNumbers(process.arch), probes });
  const looker = { 'look.py': LOOK, 'looker.py': LOOKER, 'start.json': start };
  const source = packSource('curious', { ...looker, 'backend.py': BACKEND, 'pyproject.toml': PROJECT });
  index.offer({ project: 'curious', ...source });
  const files = {
    ...looker,
    'README.md': '---\nsdk: gradio\n---\n',
    'requirements.txt': 'curious',
    'app.py': APP,
  };
  await push(site, { type: 'space', name: 'looker', files });
  await layLinks(site, neighbour, marker);
  await untilStage(site, 'looker');
  const { status, body } = await visit(site, 'looker', { path: '/' });
  assert.equal(status, 200, body);
  await requireNeighbour(site, neighbour, way);
  return JSON.parse(body) as Said;
}

/** What there would be to find, or nothing was shown. */
async function requireNeighbour(site: Site, { pid }: Neighbour, { runtime }: Way): Promise<void> {
  const known = await readFile(`/proc/${pid}/cmdline`, 'utf8');
  const seen = await visit(site, 'neighbour', { path: '/' });
  assert.ok(runtime === 'gvisor' || known.includes(NEIGHBOUR_FILE), 'the neighbour is there all the time');
  assert.equal(seen.status, 200, 'the neighbour answers all the time');
}

/** What lies about on the host. */
interface Bait {
  readonly marker: string;
  readonly abstract: string;
  readonly way: Way;
}

async function judge(t: TestContext, way: Way): Promise<void> {
  await using index = await openIndexServer('https://pypi.org/simple');
  // The SDK is not what is looked at, and to install it takes a sandbox minutes.
  for (const project of SDK) index.offer({ project, ...makeWheel(project) });
  await using scratch = await openScratch('looked-at');
  const marker = path.join(scratch.path, 'marker');
  await writeFile(marker, 'the host', { mode: 0o666 });
  const abstract = `holdfast-look-${process.pid}-${way.owner}-${way.runtime}`;
  await using server = createServer((socket) => socket.end()).listen(`\0${abstract}`);
  await once(server, 'listening');
  const { owner, runtime } = way;
  await using apps = await openAppInstance(owner, { spaces: { index: index.url, runtime } });
  const { instance } = apps;
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  const said = await lookAround({ instance, token, owner: 'admin' }, index, { marker, abstract, way });
  for (const mode of ['build', 'run'] as const)
    for (const probe of PROBES)
      await t.test(`${mode}: ${probe.name}`, () => {
        const told = said[mode][probe.name] ?? '';
        const expected = expectedOf(probe, mode, way);
        if (probe.name === CONNECTED) assert.ok(isOwnLoopback(told), JSON.stringify(told));
        else if (typeof expected === 'string') assert.equal(told, expected);
        else assert.match(told, expected);
      });
  assert.equal(await readFile(marker, 'utf8'), 'the host');
}

const hasGvisor = existsSync('/usr/bin/runsc');
for (const { owner, runtime, skip } of [
  { owner: 'self', runtime: 'bubblewrap', skip: false },
  { owner: 'user', runtime: 'bubblewrap', skip: !isRoot && 'making that user takes root' },
  {
    owner: 'self',
    runtime: 'gvisor',
    skip:
      !(LONG && hasGvisor) && 'it is one of the long proofs; a sample of it is in the tests of the runner',
  },
  {
    owner: 'user',
    runtime: 'gvisor',
    skip: !(LONG && isRoot && hasGvisor) && 'it is one of the long proofs',
  },
] as const)
  void test(
    `a package that is built and an app that runs find nothing of the instance: of ${owner}, under ${runtime}`,
    { skip, timeout: 20 * MINUTES },
    async (t) => await judge(t, { owner, runtime }),
  );
