// Packages whose setup wants all there is of processes, or of memory: the build ends with what its author understands, nothing of it is
// left, and what runs beside it does not notice.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { MiB } from '@holdfast/kernel/size';
import { ControlGroup, joinCommand, type ControlGroups } from '../../src/sandbox/index.ts';
import { makeGroups } from '../harness/machine.ts';
import { openBuildBench, type BuildBench } from './bench.ts';
import { makeSource } from './packages.ts';
import { openPlainSandbox } from './plain-sandbox.ts';

const skip = process.getuid?.() === 0 ? false : 'control groups are needed';
const LIMITS = { memoryBytes: 512 * MiB, processes: 200 };
const NEIGHBOUR = 'f'.repeat(24);

const BOMBS: readonly { readonly name: string; readonly setup: string; readonly says: RegExp }[] = [
  {
    name: 'processes that live on when their parent has ended',
    setup: `
import os, time
while True:
    if os.fork() == 0:
        time.sleep(3600)
`,
    says: /starts more processes and threads than a build may have at a time, which is 200\./,
  },
  {
    name: 'processes that start processes, whatever fails',
    setup: `
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
`,
    says: /starts more processes and threads than a build may have at a time, which is 200\./,
  },
  {
    name: 'memory',
    setup: `
import os
kept = []
while True:
    kept.append(os.urandom(1 << 20))
`,
    says: /needs more memory than a build may have, which is 512 MiB\./,
  },
  {
    name: 'memory in processes that are started again',
    setup: `
import os
while True:
    if os.fork() == 0:
        kept = []
        while True:
            kept.append(os.urandom(1 << 20))
    os.wait()
`,
    says: /needs more memory than a build may have, which is 512 MiB\./,
  },
];

function limitsOf(limits: Partial<typeof LIMITS>) {
  return {
    ...{ ...LIMITS, cpus: 1, openFiles: 1_024, fileBytes: 1e9, homeBytes: 1e8 },
    ...{ tmpBytes: 1e8, sharedMemoryBytes: 1e7, ...limits },
  };
}

/** Makes a process and fills some memory each time it is asked. */
const ANSWERS = `
import os, sys
for line in sys.stdin:
    if os.fork() == 0:
        kept = os.urandom(8 << 20)
        os._exit(0)
    print("well" if os.wait()[1] == 0 else "ill", flush=True)
`;

/** One that runs in a group beside builds. */
class Neighbour implements AsyncDisposable {
  readonly #group: ControlGroup;
  readonly #program: ReturnType<typeof spawn>;
  readonly #lines: AsyncIterator<string>;
  readonly said: string[] = [];

  constructor(groups: ControlGroups) {
    this.#group = ControlGroup.open(groups, { id: NEIGHBOUR, limits: limitsOf({}) });
    const command = joinCommand('/bin/sh', this.#group.joins, ['/usr/bin/python3', '-I', '-c', ANSWERS]);
    this.#program = spawn(command.file, command.args, {
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    assert.ok(this.#program.stdout);
    this.#lines = createInterface({ input: this.#program.stdout })[Symbol.asyncIterator]();
  }

  /** Asks until this has settled, and at least once. */
  async askWhile(work: Promise<unknown>): Promise<void> {
    let isDone = false;
    const note = (): void => {
      isDone = true;
    };
    work.then(note, note);
    do {
      this.#program.stdin?.write('?\n');
      const { value, done } = await this.#lines.next();
      this.said.push(done === true ? 'gone' : String(value));
    } while (!isDone);
  }

  strain(): readonly string[] {
    return this.#group.strain();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#program, 'exit');
    await this.#group.kill();
    if (this.#program.exitCode === null && this.#program.signalCode === null) await ended;
    await this.#group.remove();
  }
}

async function buildIn(
  groups: ControlGroups,
): Promise<{ readonly bench: BuildBench; readonly ids: string[] }> {
  const ids: string[] = [];
  const bench = await openBuildBench(LIMITS, {
    openSandbox: async (wish) => {
      ids.push(wish.id);
      return await openPlainSandbox(wish, ControlGroup.open(groups, { id: wish.id, limits: limitsOf({}) }));
    },
  });
  return { bench, ids };
}

function isThere(groups: ControlGroups, id: string): boolean {
  const roots = groups.version === 2 ? [groups.path] : [groups.memory, groups.pids, groups.cpu];
  return roots.some((root) => existsSync(`${root}/${id}`));
}

void test(
  'a bomb in a build ends the build, and harms nobody else',
  { skip, timeout: 900_000 },
  async (t) => {
    const made = makeGroups(0);
    await using stack = new AsyncDisposableStack();
    stack.defer(() => made.remove());
    const neighbour = stack.use(new Neighbour(made.groups));
    const { bench, ids } = await buildIn(made.groups);
    stack.use(bench);
    for (const [at, { name, setup, says }] of BOMBS.entries())
      await t.test(name, async () => {
        const project = `bomb${at}`;
        bench.index.offer({ project, ...makeSource(project, setup) });
        const from = ids.length;
        const building = bench.build({ 'requirements.txt': project });
        await neighbour.askWhile(building);
        const outcome = await building;
        assert.ok(outcome.kind === 'failed', 'it was built');
        assert.equal(outcome.stage, 'BUILD_ERROR');
        assert.match(outcome.message, says);
        assert.deepEqual(await bench.left(), { building: 0, environments: 0 });
        // A group can be removed once nothing runs in it.
        assert.deepEqual(
          ids.slice(from).filter((id) => isThere(made.groups, id)),
          [],
        );
        assert.equal(ids.length, from + 1);
      });
    await t.test('the neighbour was well all the time, and the next build is as any other', async () => {
      assert.deepEqual(new Set(neighbour.said), new Set(['well']));
      assert.deepEqual(neighbour.strain(), []);
      const built = await bench.build({});
      assert.equal(built.kind, 'built', JSON.stringify(built));
    });
  },
);
