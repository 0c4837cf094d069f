// The preparation sees what the hub must never see, the password of the database's owner: so as root it is a user of its
// own, too, whom nothing that a hub left behind can look into.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isRoot, openTestCheckout } from './harness/checkout.ts';
import { openInstance } from './harness/instance.ts';

const LIMIT = { timeout: 120_000, skip: !isRoot };

void test(
  'what a taken-over hub left running cannot look into the preparation of the next start',
  LIMIT,
  async () => {
    using checkout = openTestCheckout('self');
    chmodSync(checkout.home, 0o755);
    const options = { checkout, withoutSandbox: true } as const;
    await using first = await openInstance(options);
    const hub = accountOf(first.findChild('hub/src/main.ts'));
    await first.stop();
    await using leftover = openLeftover(hub);
    await using second = await openInstance(options);
    assert.equal(second.level, 'uids');
    assert.deepEqual(await leftover.said(), new Set(['preparation: Permission denied']));
  },
);

void test('hub and preparation have caches of compiled code of their own, and use them', LIMIT, async () => {
  using checkout = openTestCheckout('self');
  await using first = await openInstance({ checkout });
  const cache = join(first.folder, 'code-cache');
  while (!existsSync(join(first.folder, 'code-cache.made-for'))) await delay(100);
  const hub = accountOf(first.findChild('hub/src/main.ts'));
  const [hubs = new Set(), preparations = new Set()] = ['hub', 'prepare'].map((name) => {
    const files = readdirSync(join(cache, name), { recursive: true, withFileTypes: true });
    assert.ok(files.length > 10);
    return new Set(files.map((entry) => statSync(join(entry.parentPath, entry.name)).uid));
  });
  assert.deepEqual(hubs, new Set([hub.uid]));
  assert.equal(preparations.size, 1);
  assert.ok(!preparations.has(hub.uid) && !preparations.has(0));
  // Node makes a folder for each user; one that it made for another it would never look into.
  const inside = JSON.parse(String(await first.ask('list', '/var/cache/holdfast'))) as string[];
  assert.equal(inside.length, 1);
  assert.match(inside[0] ?? '', new RegExp(`-${String(hub.uid)}$`));
});

function accountOf(pid: number | undefined): { uid: number; gid: number } {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  const [uid, gid] = ['Uid', 'Gid'].map((name) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]),
  );
  return { uid: uid ?? NaN, gid: gid ?? NaN };
}

// A process of the hub's user that waits for the preparation, which holds the password of the database's owner.
const LEFTOVER = `$| = 1; while (1) { for my $folder (glob "/proc/[0-9]*") {
  open(my $file, "<", "$folder/cmdline") or next; my $line = <$file> // ""; close $file;
  next if $line !~ m{hub/src/prepare.ts} or $line =~ /setpriv/;
  print "preparation: ", (open(my $memory, "<", "$folder/mem") ? "opened" : $!), "\\n";
} }`;

function openLeftover(hub: { uid: number; gid: number }): { said(): Promise<Set<string>> } & AsyncDisposable {
  const child = spawn('/usr/bin/perl', ['-e', LEFTOVER], {
    ...hub,
    cwd: '/',
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  };
  return {
    said: async () => {
      await end();
      return new Set(text.split('\n').filter((line) => line !== '' && !line.endsWith('No such process')));
    },
    [Symbol.asyncDispose]: end,
  };
}
