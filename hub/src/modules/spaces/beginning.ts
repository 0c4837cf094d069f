// What a Space has from its first moment: variables, hardware and a sleep time, those of the one it is a copy of among them.
import { type Clock } from '@holdfast/kernel/clock';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type Actor } from '#modules/access';
import { type LeakMatch } from '#modules/leaks';
import { type Beginning, type Repo } from '#modules/repos';
import { ASKED_FOR_ANYWAY, type HardwareKinds } from './decisions.ts';
import { recordChange } from './record-change.ts';
import { hardwareUnavailable, hardwareUnknown } from './faults.ts';
import { putVariables, requireVariables } from './keep-variables.ts';
import { type VariableWish } from './model.ts';
import { SpaceWriter } from './store.ts';

/** What is asked for where a Space is made or copied. */
export interface BeginningWish {
  readonly variables: readonly VariableWish[];
  readonly hardware?: string | undefined;
  /** -1: never. */
  readonly sleepSeconds?: number | undefined;
}

interface Deps {
  readonly clock: Clock;
  readonly leaks: Pick<LeakMatch, 'begin'>;
  /** Absent where no programs are run. */
  readonly runs: object | undefined;
  readonly hardware: HardwareKinds;
}

/**
 * Has the Space have it, in the transaction that makes its repository. Variables of the original are copied; what people
 * decided about it is not: who copies a Space decides about the copy. Throws `space.hardware-unknown` and
 * `space.hardware-unavailable`, and what keeping variables throws.
 */
export async function openBeginning(actor: Actor, wish: BeginningWish, deps: Deps): Promise<Beginning> {
  const { hardware } = wish;
  const names = deps.hardware.map(({ name }) => name);
  if (hardware !== undefined && !names.includes(hardware)) throw hardwareUnknown(hardware, names);
  await requireVariables(wish.variables, deps.leaks.begin(actor));
  return async (tx, actor, { repo, from }) => {
    await beginVariables({ tx, actor, repo }, { ...wish, from }, deps.clock.now());
    await beginDecisions({ tx, actor, repo }, wish, deps);
  };
}

interface Scene {
  readonly tx: Tx;
  readonly actor: Actor;
  readonly repo: Repo;
}

async function beginVariables(
  { tx, actor, repo }: Scene,
  { variables, from }: Pick<BeginningWish, 'variables'> & { readonly from: Repo | undefined },
  at: Date,
): Promise<void> {
  const writer = new SpaceWriter(tx);
  const copied = from === undefined ? [] : await writer.listVariables(from.id);
  const all = [...copied, ...variables];
  if (all.length === 0) return;
  await putVariables({ writer, repo }, all, at);
  const names = [...new Set(all.map((variable) => variable.name))].toSorted();
  await recordChange(tx, actor, { kind: 'space.variables-begun', repo, body: { names } });
}

async function beginDecisions(
  { tx, actor, repo }: Scene,
  { hardware, sleepSeconds }: BeginningWish,
  { runs }: Deps,
): Promise<void> {
  if (runs === undefined || repo.facets.sdk === 'static') {
    // What is usual is asked for by clients on their own.
    if (hardware !== undefined && hardware !== ASKED_FOR_ANYWAY) throw hardwareUnavailable();
    return;
  }
  const decided = {
    ...(hardware !== undefined && { hardware }),
    ...(sleepSeconds !== undefined && { sleepSeconds }),
  };
  if (Object.keys(decided).length === 0) return;
  await new SpaceWriter(tx).decide(repo.id, decided);
  const kind = hardware === undefined ? 'space.sleep-time-set' : 'space.hardware-set';
  await recordChange(tx, actor, { kind, repo, body: decided });
}
