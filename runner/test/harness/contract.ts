// What every way of making sandboxes must keep, however it does so. Each part runs where the runner stands.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RefusedSpec, SandboxUnavailable, isAlive, openRuntime } from '../../src/sandbox/index.ts';
import { listBelow } from '../../src/sandbox/known-process.ts';
import { type Place, hear, python, specOf } from './place.ts';

type Part = (place: Place) => Promise<void>;

/** The parts, by what they show. */
export const CONTRACT: Readonly<Record<string, Part>> = {
  'a program runs, is heard, and its end is told': async (place) => {
    const said = await python(place, 'import sys; print("out"); print("err", file=sys.stderr); sys.exit(7)');
    assert.deepEqual(said, { code: 7, signal: null, stdout: 'out\n', stderr: 'err\n' });
  },

  'it finds a constant environment and its own descriptors': async (place) => {
    const script =
      'import os,json; print(json.dumps([dict(os.environ), sorted(os.listdir("/proc/self/fd"))]))';
    const said = await python(place, script);
    const [environment, descriptors] = JSON.parse(said.stdout) as [Record<string, string>, string[]];
    delete environment['PWD'];
    delete environment['LC_CTYPE'];
    assert.deepEqual(environment, {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: '/home/user',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      NODE_COMPILE_CACHE: '/opt/holdfast/code-cache',
    });
    // The fifth is the list's own.
    assert.deepEqual(descriptors, ['0', '1', '2', '3', '4']);
  },

  'its channel carries both ways': async (place) => {
    const script = 'import socket; s=socket.socket(fileno=3); s.sendall(s.recv(100)[::-1]); s.close()';
    const sandbox = await place.runtime.openSandbox(
      specOf(place, { command: ['/usr/bin/python3', '-I', '-c', script] }),
    );
    sandbox.channel.write('abc');
    const [answer] = (await once(sandbox.channel, 'data')) as [Buffer];
    assert.equal(String(answer), 'cba');
    assert.equal((await hear(sandbox)).code, 0);
  },

  'its user has no rights': async (place) => {
    const script =
      'import os; print(os.getuid(), os.getgid(), os.getgroups()); print(open("/proc/self/status").read())';
    const { stdout } = await python(place, script);
    assert.match(stdout, /^1000 1000 \[(?:65534(?:, )?)*\]$/m);
    for (const set of ['Inh', 'Prm', 'Eff', 'Bnd'])
      assert.match(stdout, new RegExp(`^Cap${set}:\\s0{16}$`, 'm'));
    // gVisor has a kernel of its own, which filters nothing and tells less.
    if (place.runtime.name === 'gvisor') return;
    assert.match(stdout, /^CapAmb:\s0{16}$/m);
    assert.match(stdout, /^NoNewPrivs:\s1$/m);
    assert.match(stdout, /^Seccomp:\s2$/m);
  },

  'it has a loopback of its own, every port of it, and no other network': async (place) => {
    const script = `
import os, socket
print(sorted(os.listdir("/proc/self/net/dev_snmp6")) if os.path.isdir("/proc/self/net/dev_snmp6") else [l.split(":")[0].strip() for l in open("/proc/net/dev").readlines()[2:]])
for port in (53, 80, 443, 3128):
    s = socket.socket(); s.bind(("127.0.0.1", port)); s.listen()
    c = socket.create_connection(("127.0.0.1", port)); print("reached", port)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("127.0.0.1", 53))
try:
    socket.create_connection(("192.0.2.1", 80), 2)
except OSError as e:
    print("refused", e.errno)
`;
    const { stdout, stderr } = await python(place, script);
    // No network, or no way to the host: each kernel has its word for it.
    const refused = place.runtime.name === 'gvisor' ? 113 : 101;
    const expected = `['lo']\nreached 53\nreached 80\nreached 443\nreached 3128\nrefused ${refused}\n`;
    assert.equal(stdout, expected, stderr);
  },

  'it writes where it may and nowhere else': async (place) => {
    const [shown, own] = [place.folder(), place.folder()];
    writeFileSync(`${shown}/file`, 'shown');
    const script = `
import os
print(open("/source/file").read(), os.getcwd())
for path in ("/home/user", "/tmp", "/dev/shm", "/opt/env", "/", "/usr", "/etc", "/source", "/dev", "/run", "/run/holdfast/out", "/proc/sys/kernel", "/home"):
    try:
        open(path + "/new", "w").close(); print(path)
    except OSError:
        pass
`;
    const mounts = [
      { from: shown, to: '/source', access: 'read' },
      { from: own, to: '/opt/env', access: 'write' },
    ] as const;
    const { stdout, stderr } = await python(place, script, { mounts });
    assert.deepEqual(
      stdout.trim().split('\n'),
      ['shown /home/user', '/home/user', '/tmp', '/dev/shm', '/opt/env'],
      stderr,
    );
    assert.deepEqual(readdirSync(own), ['new']);
  },

  'its door is one socket that it reaches and cannot replace': async (place) => {
    const door = place.folder();
    const heard: string[] = [];
    const server = createServer((socket) => {
      socket.on('data', (bytes) => heard.push(String(bytes)));
      socket.end('welcome');
    });
    server.listen(`${door}/door.sock`);
    await once(server, 'listening');
    // As the runner binds it: whoever sees the folder may connect.
    chmodSync(`${door}/door.sock`, 0o666);
    // Through gVisor it takes half a minute to look at every program, and they are those that bubblewrap shows.
    const skipped = place.runtime.name === 'gvisor' ? '"/proc", "/usr"' : '"/proc",';
    const script = `
import os, socket, stat
at = "/run/holdfast/out/door.sock"
s = socket.socket(socket.AF_UNIX); s.connect(at); s.sendall(b"hello"); print(s.recv(100).decode())
for name, act in (("unlink", lambda: os.unlink(at)), ("rename", lambda: os.rename(at, at + "2")), ("link", lambda: os.symlink("/tmp/x", "/run/holdfast/out/x")), ("over", lambda: os.rename("/tmp", "/run/holdfast/out"))):
    try:
        act(); print(name)
    except OSError:
        pass
for folder, folders, files in os.walk("/"):
    folders[:] = [f for f in folders if os.path.join(folder, f) not in (${skipped})]
    for f in files:
        try:
            if stat.S_ISSOCK(os.lstat(os.path.join(folder, f)).st_mode): print(os.path.join(folder, f))
        except OSError:
            pass
`;
    const { stdout, stderr } = await python(place, script, { door });
    server.close();
    assert.equal(stdout, 'welcome\n/run/holdfast/out/door.sock\n', stderr);
    assert.deepEqual(heard, ['hello']);
  },

  'kill() leaves no process and no group': async (place) => {
    const script = `
import os, time
for n in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
print("ready", flush=True)
time.sleep(600)
`;
    const spec = specOf(place, { command: ['/usr/bin/python3', '-I', '-c', script] });
    const sandbox = await place.runtime.openSandbox(spec);
    await once(sandbox.output.stdout, 'data');
    const before = listBelow(sandbox.first.pid);
    assert.ok(before.length >= 6, `there are ${String(before.length)} processes`);
    await sandbox.kill();
    assert.equal((await sandbox.exited).code === 0, false);
    assert.equal(isAlive(sandbox.first), false);
    assert.deepEqual(before.filter(runs), []);
    assert.deepEqual(groupsOf(place, spec.id), []);
  },

  'the end of its program is the end of what it left behind': async (place) => {
    const script = `
import os, time
if os.fork() == 0:
    os.setsid()
    for n in (0, 1, 2): os.close(n)
    time.sleep(600)
print("ready", flush=True)
os.read(3, 1)
`;
    const spec = specOf(place, { command: ['/usr/bin/python3', '-I', '-c', script] });
    const sandbox = await place.runtime.openSandbox(spec);
    await once(sandbox.output.stdout, 'data');
    const before = listBelow(sandbox.first.pid);
    sandbox.channel.write('x');
    await sandbox.exited;
    assert.deepEqual(before.filter(runs), []);
    assert.deepEqual(groupsOf(place, spec.id), []);
  },

  'what it uses is told': async (place) => {
    const script = 'x = bytearray(60 << 20); print("ready", flush=True)\nwhile True: pass';
    const sandbox = await place.runtime.openSandbox(
      specOf(place, { command: ['/usr/bin/python3', '-I', '-c', script] }),
    );
    await once(sandbox.output.stdout, 'data');
    // Other programs may have the processors for a while.
    let usage = sandbox.usage();
    for (let round = 0; round < 100 && usage.cpuMs <= 100; round += 1) {
      await delay(100);
      usage = sandbox.usage();
    }
    await sandbox.kill();
    assert.ok(usage.cpuMs > 100, `${String(usage.cpuMs)} ms`);
    if (place.start.groups !== null || place.start.runtime === 'bubblewrap')
      assert.ok(usage.memoryBytes > 60 << 20, `${String(usage.memoryBytes)} bytes`);
  },

  'which limits it ran against is told, also after its end': async (place) => {
    if (place.start.groups === null) return;
    const script = 'import os\nkept = []\nwhile True: kept.append(os.urandom(1 << 20))';
    for (const [command, strain] of [
      [['/usr/bin/python3', '-I', '-c', script], ['memory']],
      [['/bin/true'], []],
    ] as const) {
      const sandbox = await place.runtime.openSandbox(specOf(place, { command }));
      await hear(sandbox);
      assert.deepEqual(sandbox.strain(), strain, command[0]);
    }
  },

  'a specification that shows too much is refused': async (place) => {
    const [empty, other] = [place.folder(), place.folder()];
    const server = createServer();
    mkdirSync(`${other}/deep`);
    server.listen(`${other}/deep/other.sock`);
    await once(server, 'listening');
    const command = ['/bin/true'];
    const read = 'read' as const;
    for (const from of ['/', '/run', '/tmp', '/home', place.start.folder, '/etc', `${empty}/../..`, other])
      await assert.rejects(
        place.runtime.openSandbox(
          specOf(place, { command, mounts: [{ from, to: '/source', access: read }] }),
        ),
        RefusedSpec,
        from,
      );
    await assert.rejects(place.runtime.openSandbox(specOf(place, { command, door: other })), RefusedSpec);
    server.close();
  },

  'a sandbox that cannot be made leaves nothing': async (place) => {
    const mounts = [{ from: place.folder(), to: '/etc/passwd/place', access: 'read' }] as const;
    const spec = specOf(place, { command: ['/bin/true'], mounts });
    await assert.rejects(place.runtime.openSandbox(spec), SandboxUnavailable);
    assert.deepEqual(groupsOf(place, spec.id), []);
  },

  'without limits there are no sandboxes unless the operator takes it': (place) => {
    assert.throws(
      () => openRuntime({ ...place.options, cgroups: null, dangerouslyUnlimited: false }),
      /no control group/,
    );
    return Promise.resolve();
  },
};

/** Whether it runs; one that is dead and only waits to be counted does not. */
function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z';
  } catch {
    return false;
  }
}

function groupsOf(place: Place, id: string): string[] {
  const { groups } = place.start;
  if (groups === null) return [];
  const roots = groups.version === 2 ? [groups.path] : [groups.memory, groups.pids, groups.cpu];
  return roots.filter((root) => readdirSync(root).includes(id));
}
