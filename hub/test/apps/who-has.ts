// Which processes of an instance have which values: each kind of process what is its own, and nobody anything else.
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { type Instance } from '../harness/instance.ts';
import { listDescendants } from '../harness/processes.ts';
import { huntFiles, huntProcesses, type Found, type Hunted } from './hunt.ts';
import { listHolders } from './left.ts';

type Process = readonly [pid: number, command: string];

/** Values by the way in which they are given to an app. */
export interface Values {
  /** Of which nobody but vault and door has anything: as a whole unused. */
  readonly brokered: readonly Hunted[];
  /** Brokered to the hub, and used: what asks the hub has it, so that the hub has it too. */
  readonly tokens: readonly Hunted[];
  /** Files and variables of the app. */
  readonly given: readonly Hunted[];
}

const VAULT = /^\S*node .*vault\/src\/main/;
const HUB = /^\S*node .*hub\/src\/main/;
const DOOR = /^\S*node .*door\/src\/run/;
/** What is inside of a Space's sandbox, and the sandbox. */
const APP = /inside\/src|app\.py|fetch\.py/;
/** Who is there in any case, so that nobody is left out because a list is short. */
const EVERYBODY = [
  VAULT,
  HUB,
  /notary\/src\/main/,
  /runner\/src\/main/,
  /^\S*node .*cli\/src\/main\.ts start/,
  /^postgres: /,
];

/** All processes of an instance, its supervisor among them. */
async function listEverybody(instance: Instance): Promise<readonly Process[]> {
  const all = new Map(await listHolders(instance.data));
  const supervisor = await readFile(`/proc/${instance.pid}/cmdline`, 'utf8');
  all.set(instance.pid, supervisor.replaceAll('\0', ' '));
  for (const { pid, command } of await listDescendants(instance.pid)) all.set(pid, command);
  const commands = [...all.values()];
  for (const one of EVERYBODY)
    assert.ok(
      commands.some((command) => one.test(command)),
      `${one} is there`,
    );
  return [...all];
}

async function judgeApps(all: readonly Process[], { brokered, tokens, given }: Values): Promise<void> {
  const apps = all.filter(([, command]) => APP.test(command));
  assert.ok(apps.length > 1, 'there is an app');
  assert.deepEqual(await huntProcesses(apps, [...brokered, ...tokens]), [], 'no app has what is brokered');
  if (given.length > 0)
    assert.ok((await huntProcesses(apps, given)).length > 0, 'the search sees what an app rightly has');
}

/** Apps and what is beside them in their sandboxes have what they are given, and nothing of what is brokered. */
export async function judgeSandboxes(instance: Instance, values: Values): Promise<void> {
  await judgeApps(await listEverybody(instance), values);
}

/**
 * The vault and the run's door may have everything, the app and what is beside it what it is given, the hub what it is asked with,
 * and nobody else anything. Gives the doors that have it.
 */
export async function judgeProcesses(instance: Instance, values: Values): Promise<number[]> {
  const { brokered, tokens, given } = values;
  const all = await listEverybody(instance);
  const among = (who: RegExp): Process[] => all.filter(([, command]) => who.test(command));
  const others = all.filter(([, command]) => ![VAULT, HUB, DOOR, APP].some((one) => one.test(command)));
  assert.deepEqual(await huntProcesses(others, [...brokered, ...tokens, ...given]), []);
  assert.deepEqual(await huntProcesses(among(HUB), [...brokered, ...given]), []);
  await judgeApps(all, values);
  const doors: number[] = [];
  for (const door of among(DOOR)) {
    const found = await huntProcesses([door], [...brokered, ...tokens]);
    if (found.length === 0) continue;
    assert.equal(found.length, brokered.length + tokens.length, 'the door of its run has all');
    doors.push(door[0]);
  }
  assert.equal(doors.length, 1, 'and no other door has any');
  return doors;
}

/** After its run nobody but the vault has anything, and the hub no more than what it is asked with. */
export async function judgeAfterwards(instance: Instance, values: Values): Promise<void> {
  const { brokered, tokens, given } = values;
  const left = (await listEverybody(instance)).filter(([, command]) => !VAULT.test(command));
  assert.deepEqual(await huntProcesses(left, [...brokered, ...given]), []);
  const others = left.filter(([, command]) => !HUB.test(command));
  assert.deepEqual(await huntProcesses(others, tokens), []);
}

/** Looks through the temporary files of all processes, most of which have a folder for them that nobody else sees. */
export async function huntTemporary(instance: Instance, hunted: readonly Hunted[]): Promise<Found[]> {
  const own = await stat('/tmp');
  const seen = new Set([`${own.dev}:${own.ino}`]);
  const found: Found[] = [];
  for (const [pid] of await listEverybody(instance)) {
    const folder = `/proc/${pid}/root/tmp`;
    const there = await stat(folder).catch(() => undefined);
    if (there === undefined || seen.has(`${there.dev}:${there.ino}`)) continue;
    seen.add(`${there.dev}:${there.ino}`);
    found.push(...(await huntFiles(folder, hunted, new Date(0))));
  }
  assert.ok(seen.size > 3, 'processes have folders of their own');
  return found;
}
