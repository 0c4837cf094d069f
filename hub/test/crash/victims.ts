// The processes of an instance, and how each is killed.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from '../harness/instance.ts';
import { listDescendants, type Descendant } from '../harness/processes.ts';

/** All of them, of PostgreSQL the server, one session, and the one that writes its log. The courier is there where mail is. */
export const VICTIMS = [
  'hub',
  'server',
  'supervisor',
  'session',
  'writer',
  'notary',
  'vault',
  'runner',
  'courier',
] as const;
export type Victim = (typeof VICTIMS)[number];

const ofOurs =
  (name: string) =>
  ({ node, command }: Descendant): boolean =>
    node && command.includes(`${name}/src/main.ts`);

// Which program each is; the supervisor is the instance's own process.
const COMMANDS: Readonly<Record<Exclude<Victim, 'supervisor'>, (one: Descendant) => boolean>> = {
  hub: ofOurs('hub'),
  notary: ofOurs('notary'),
  vault: ofOurs('vault'),
  runner: ofOurs('runner'),
  courier: ofOurs('courier'),
  server: ({ command }) => /\/bin\/postgres -D /.test(command) && !command.includes('bwrap'),
  session: ({ command }) => command.startsWith('postgres: holdfast_hub'),
  writer: ({ command }) => command.startsWith('postgres: walwriter'),
};
/** What was killed just before may not have been started again yet. */
const PATIENCE_MS = 30_000;

/** Kills it with SIGKILL, and gives the instance that runs afterwards. */
export async function kill(
  victim: Victim,
  instance: Instance,
  restart: () => Promise<Instance>,
): Promise<Instance> {
  if (victim !== 'supervisor') {
    process.kill(await findVictim(victim, instance), 'SIGKILL');
    return instance;
  }
  const orphans = (await listDescendants(instance.pid)).map(({ pid }) => pid);
  await instance.crash();
  const giveUp = Date.now() + PATIENCE_MS;
  while (orphans.some(isAlive)) {
    assert.ok(Date.now() < giveUp, 'the children went with their supervisor');
    await delay(20);
  }
  return await restart();
}

async function findVictim(victim: Exclude<Victim, 'supervisor'>, instance: Instance): Promise<number> {
  for (const giveUp = Date.now() + PATIENCE_MS; ; await delay(50)) {
    const candidates = (await listDescendants(instance.pid)).filter(COMMANDS[victim]);
    const chosen = candidates[randomInt(Math.max(candidates.length, 1))];
    if (chosen !== undefined) return chosen.pid;
    assert.ok(Date.now() < giveUp, `there is a ${victim}`);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
