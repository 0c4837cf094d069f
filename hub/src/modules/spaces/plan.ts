// What follows from all that is known of a Space: that its program runs, that nothing does, or that it is forgotten.
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { fullName, RepoReader, type Repo } from '#modules/repos';
import { type Content } from '#modules/content';
import { readConfiguration } from './configuration.ts';
import { type HardwareKinds } from './decisions.ts';
import { type HeldSpace } from './held-space.ts';
import { type WantedPreloads } from './preloads.ts';
import { RunReader } from './run-store.ts';
import { SecretNoteReader } from './secret-note-store.ts';
import { SpaceReader } from './store.ts';
import { wishOf, type Wish } from './wish.ts';

/** What follows. */
export type Plan =
  | { readonly kind: 'run'; readonly wish: Wish; readonly repo: Repo; readonly wanted: WantedPreloads }
  | { readonly kind: 'rest' }
  | { readonly kind: 'forget' };

/** A program is to run. */
export type Wanted = Extract<Plan, { readonly kind: 'run' }>;

/** Finds out, of all that is true at one instant; the Space takes note of which wish it is. */
export async function planOf(
  space: HeldSpace,
  deps: {
    readonly db: Db;
    readonly content: Pick<Content, 'findVisited'>;
    readonly hostOf: (label: string) => string;
    readonly hardware: HardwareKinds;
    readonly isPaused: (name: string) => boolean;
  },
): Promise<Plan> {
  const known = await deps.db.snapshot(async (tx) => await read(tx, space, deps.hardware));
  if (known === undefined) return { kind: 'forget' };
  const { repo, configuration, decisions, row } = known;
  const { head: commit } = repo;
  space.name = fullName(repo);
  if (decisions.paused || deps.isPaused(space.name)) return { kind: 'rest' };
  if (commit === null || configuration?.program === undefined) return { kind: 'rest' };
  const file = await deps.content.findVisited({ repo, commit, path: configuration.appFile });
  if (file === undefined) return { kind: 'rest' };
  space.update(row);
  const { program } = configuration;
  const { pushers } = known;
  const facts = {
    ...known,
    ...row,
    repo: { ...repo, head: commit },
    configuration: { ...configuration, program },
  };
  return {
    kind: 'run',
    wish: wishOf({ ...facts, told: space.told, hostOf: deps.hostOf, hardware: deps.hardware }),
    repo,
    wanted: { preloads: program.preloads, pushers },
  };
}

async function read(tx: Tx, { id }: HeldSpace, hardware: HardwareKinds) {
  const repo = await new RepoReader(tx).findById(id);
  const row = await new RunReader(tx).find(id);
  const reader = new SpaceReader(tx);
  const space = await reader.find(id);
  if (repo === undefined || row === undefined || space === undefined) return undefined;
  const { configuration } = readConfiguration(repo.facets.card, { runsPrograms: true, hardware });
  const decisions = await reader.decisions(id);
  const variables = await reader.listVariables(id);
  const secrets = (await new SecretNoteReader(tx).find(id)).mayHaveSome;
  const pushers = await new RepoReader(tx).findPushers(id);
  return { repo, row, pushers, label: space.label, configuration, decisions, variables, secrets };
}
