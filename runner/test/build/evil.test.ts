// A package whose setup runs code that looks around and out: what it finds and what it can change.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, lstat, mkdtemp, readFile, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { measure } from '../../src/build/tree.ts';
import { hasGvisor } from '../harness/machine.ts';
import { openBuildBench, type BuildBench } from './bench.ts';
import { gvisorSandboxes } from './gvisor-sandbox.ts';
import { makeSource } from './packages.ts';

/** Through a kernel that is a program, a build takes minutes. */
const WAYS =
  process.env['HOLDFAST_TEST_LONG'] === '1' && hasGvisor()
    ? (['bubblewrap', 'gvisor'] as const)
    : (['bubblewrap'] as const);
type Way = (typeof WAYS)[number];

async function openBench(way: Way): Promise<BuildBench> {
  return await openBuildBench({}, way === 'gvisor' ? { openSandbox: gvisorSandboxes(null) } : {});
}

/** What the code in the package found. */
interface Report {
  readonly environment: Readonly<Record<string, string>>;
  readonly written: readonly string[];
  readonly seen: readonly string[];
  readonly root: readonly string[];
  readonly pids: readonly string[];
  readonly interfaces: readonly string[];
  readonly sockets: readonly string[];
  readonly reached: readonly string[];
  readonly answers: Readonly<Record<string, number | string>>;
}

// Nothing in it reaches further than loopback even if it could: the one outer address is of a network for documentation.
const LOOK_AROUND = `
import glob, http.client, json, os, socket, stat
def attempt(act):
    try:
        return act()
    except Exception as error:
        return type(error).__name__
report = {"environment": dict(os.environ), "root": sorted(os.listdir("/")), "written": [], "seen": [], "reached": [], "answers": {}}
for folder in ["/", "/usr/bin", "/etc", "/opt", "/opt/holdfast", "/opt/holdfast/inside", "/run/holdfast/out", "/source", "/var/cache", HOST + "/cache", HOST + "/env"]:
    path = os.path.join(folder, "marker")
    if attempt(lambda: open(path, "w").close()) is None: report["written"].append(path)
for path in [HOST, HOST + "/env", "/var/lib/spaces", "/root", "/home/user/app", "/var/cache/holdfast", "/proc/1/root/root"]:
    if attempt(lambda: bool(os.listdir(path))) is True: report["seen"].append(path)
report["pids"] = [open("/proc/%s/cmdline" % pid).read().replace("\\0", " ")[:60] for pid in os.listdir("/proc") if pid.isdigit()]
report["interfaces"] = [line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:]]
report["sockets"] = [os.path.join(f, n) for f, _, names in os.walk("/run") for n in names if stat.S_ISSOCK(os.lstat(os.path.join(f, n)).st_mode)]
def reach(address):
    with socket.create_connection(address, 2): return True
for address in [("127.0.0.1", PORT), ("192.0.2.1", 443), ("::1", PORT)]:
    if attempt(lambda: reach(address)) is True: report["reached"].append(str(address))
def ask(method, path, body=None, headers={}):
    connection = http.client.HTTPConnection("127.0.0.1", 3128, timeout=20)
    connection.request(method, path, body, headers)
    return connection.getresponse().status
for method in ["PUT", "POST", "DELETE", "PATCH"]:
    for path in ["/index/0/simple/gradio/", "/index/0/file/" + "a" * 64 + "/gradio-1.0-py3-none-any.whl"]:
        report["answers"][method + " " + path[:20]] = attempt(lambda: ask(method, path, b"poison"))
report["answers"]["token"] = attempt(lambda: ask("GET", "/index/0/simple/gradio/", None, {"Authorization": "Basic eDp5"}))
report["answers"]["query"] = attempt(lambda: ask("GET", "/index/0/simple/gradio/?secret=1"))
report["answers"]["proxy"] = attempt(lambda: ask("GET", "http://127.0.0.1:%d/" % PORT))
report["answers"]["tunnel"] = attempt(lambda: ask("CONNECT", "127.0.0.1:%d" % PORT))
report["answers"]["upload"] = attempt(lambda: ask("POST", "/index/0/legacy/", b"x" * 1000))
from setuptools import setup
os.makedirs("evil", exist_ok=True)
open("evil/__init__.py", "w").write("REPORT = " + repr(json.dumps(report)))
setup(name="evil", version="1.0", packages=["evil"])
`;

async function lookAround(bench: BuildBench, port: number): Promise<Report> {
  const constants = `HOST = ${JSON.stringify(bench.folder)}\nPORT = ${String(port)}\n`;
  bench.index.offer({ project: 'evil', ...makeSource('evil', constants + LOOK_AROUND) });
  const outcome = await bench.build({ 'requirements.txt': 'evil' });
  assert.equal(outcome.kind, 'built', JSON.stringify(outcome));
  if (outcome.kind !== 'built') throw new Error('not built');
  const text = await readFile(join(outcome.env, 'lib/python3.11/site-packages/evil/__init__.py'), 'utf8');
  const literal = /^REPORT = '(.*)'$/s.exec(text)?.[1] ?? '';
  return JSON.parse(literal.replaceAll(String.raw`\\`, '\\')) as Report;
}

async function judgeLook(way: Way): Promise<void> {
  await using bench = await openBench(way);
  const met: string[] = [];
  const host = createServer((socket) => {
    met.push('a connection');
    socket.destroy();
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  const { port } = host.address() as AddressInfo;
  const report = await lookAround(bench, port);
  host.close();
  assert.deepEqual(report.written, []);
  assert.deepEqual(report.seen, []);
  assert.deepEqual(report.reached, []);
  assert.deepEqual(met, []);
  assert.deepEqual(report.interfaces, ['lo']);
  assert.deepEqual(report.sockets, ['/run/holdfast/out/door.sock']);
  assert.ok(!report.root.includes('home2') && !report.root.includes('work'), report.root.join(' '));
  assert.ok(
    report.pids.every((command) => !/postgres|supervisor|hub\/src|runner\/src|door\/src/.test(command)),
  );
  assert.ok(
    Object.keys(report.environment).every((name) => !/TOKEN|SECRET|PASSWORD|HOLDFAST|AWS|NPM/.test(name)),
  );
  for (const [what, status] of Object.entries(report.answers))
    assert.ok(status === 405 || status === 403 || status === 404, `${what}: ${String(status)}`);
  assert.ok(
    bench.index.asked.every((one) => one.startsWith('GET ')),
    bench.index.asked.join('\n'),
  );
  assert.ok(
    bench.log.some((line) => line.startsWith('Refused: PUT ')),
    'its author reads that it was refused',
  );
  const kept = await readdir(join(bench.folder, 'cache'), { recursive: true });
  assert.ok(!kept.some((name) => name.includes('marker')));
}

for (const way of WAYS)
  void test(`code in a build sees its own sandbox, reaches the door alone, and changes nothing that others use: ${way}`, async () =>
    await judgeLook(way));

// What the host does with an environment afterwards, it does as itself: it measures, closes, keeps and removes it.
const TRAPS = `
import os, shutil, socket
from setuptools import setup
here = os.getcwd()
place = "/opt/env/lib/python3.11/site-packages/traps"
os.makedirs(place + "/deep", exist_ok=True)
for name, target in [("file", HOST + "/kept.txt"), ("folder", HOST), ("climbing", "../" * 20 + HOST[1:] + "/kept.txt"), ("itself", ".")]:
    if not os.path.lexists(place + "/" + name): os.symlink(target, place + "/" + name)
    if not os.path.lexists(place + "/deep/" + name): os.symlink(target, place + "/deep/" + name)
if not os.path.exists(place + "/pipe"): os.mkfifo(place + "/pipe")
os.chdir(place)
if not os.path.exists("socket"): socket.socket(socket.AF_UNIX).bind("socket")
shutil.copy("/usr/bin/true", "true")
os.chmod("true", 0o6755)
os.chmod("deep", 0o3777)
os.chdir(here)
setup(name="traps", version="1.0", py_modules=[])
`;

async function judgeTraps(way: Way): Promise<void> {
  const host = await mkdtemp(join(tmpdir(), 'holdfast-host-'));
  const kept = join(host, 'kept.txt');
  await writeFile(kept, 'x'.repeat(50_000_000));
  await chmod(kept, 0o640);
  await chmod(host, 0o755);
  {
    await using bench = await openBench(way);
    bench.index.offer({
      project: 'traps',
      ...makeSource('traps', `HOST = ${JSON.stringify(host)}\n${TRAPS}`),
    });
    const outcome = await bench.build({ 'requirements.txt': 'traps' });
    assert.equal(outcome.kind, 'built', JSON.stringify(outcome));
    if (outcome.kind !== 'built') return;
    const traps = join(outcome.env, 'lib/python3.11/site-packages/traps');
    assert.deepEqual((await readdir(traps)).toSorted(), [
      ...['climbing', 'deep', 'file', 'folder', 'itself', 'true'],
    ]);
    assert.equal(await readlink(join(traps, 'file')), kept);
    for (const [name, mode] of [
      ['true', 0o555],
      ['deep', 0o555],
    ] as const)
      assert.equal((await lstat(join(traps, name))).mode & 0o7777, mode, name);
    const { bytes } = await measure(traps);
    assert.ok(bytes < 1_000_000, `what a link leads to is not counted: ${String(bytes)}`);
  }
  const { mode, size } = await stat(kept);
  assert.deepEqual([mode & 0o7777, size], [0o640, 50_000_000]);
  assert.equal((await stat(host)).mode & 0o7777, 0o755);
  assert.deepEqual(await readdir(host), ['kept.txt']);
  await rm(host, { recursive: true });
}

for (const way of WAYS)
  void test(`links, pipes, sockets and programs of others that a build leaves lead the host nowhere: ${way}`, async () =>
    await judgeTraps(way));
