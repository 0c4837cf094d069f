// How the program of a Space is, on whichever hub it runs.
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import {
  hardwareOf,
  isHostName,
  MOST_HOSTS,
  sleepSecondsOf,
  type Decisions,
  type HardwareKinds,
} from './decisions.ts';
import { egressInvalid } from './faults.ts';
import { type Reached, type RunFacts, type Runtime } from './model.ts';
import { RunReader } from './run-store.ts';
import { type StartCause } from './start-cause.ts';
import { type Runs } from './runs.ts';

interface Deps {
  readonly db: Db;
  readonly runs: Runs | undefined;
}

/** What decides about its stage. */
export async function findRunFacts(id: Id, { db, runs }: Deps): Promise<RunFacts> {
  const reader = new RunReader(db);
  const row = await reader.find(id);
  const isHeld = row !== undefined && row.holder !== null && (await reader.isLeased(row.holder));
  return {
    generation: row?.generation ?? 0,
    told: runs?.find(id)?.told ?? row?.told,
    unable: isHeld ? undefined : runs?.problem,
  };
}

/** What a visitor meets. */
export async function reachProgram(repoId: Id, visitor: StartCause, { db, runs }: Deps): Promise<Reached> {
  const reached = runs?.reach(repoId, visitor);
  if (reached !== undefined) return reached;
  const reader = new RunReader(db);
  const holder = (await reader.find(repoId))?.holder ?? null;
  if (holder !== null && holder !== runs?.hub && (await reader.isLeased(holder)))
    return { kind: 'elsewhere' };
  const message = runs?.problem;
  return message === undefined ? { kind: 'waiting' } : { kind: 'failed', stage: 'CONFIG_ERROR', message };
}

/** What is shown of it. */
export function programOf(
  { told }: RunFacts,
  decisions: Decisions,
  kinds: HardwareKinds,
): NonNullable<Runtime['program']> {
  return {
    hardware: hardwareOf(decisions, kinds).name,
    sleepSeconds: sleepSecondsOf(decisions),
    serving: told?.serving ?? null,
  };
}

/** Throws `space.egress-invalid` for a list that holds something else than names of hosts. */
export function requireHosts(hosts: readonly string[]): void {
  if (hosts.length > MOST_HOSTS) throw egressInvalid(`a list has ${MOST_HOSTS} hosts at most`);
  const wrong = hosts.find((host) => !isHostName(host));
  if (wrong !== undefined)
    throw egressInvalid(`${JSON.stringify(wrong.slice(0, 200))} is not the name of a host in lower case`);
}
