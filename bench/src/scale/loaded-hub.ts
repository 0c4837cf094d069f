// A hub of any size: the real one, with a population put into its database.
import { openBenchHub, type BenchHub } from '../hub.ts';
import { openSuperuser, type Superuser } from './database.ts';
import { loadPopulation } from './load.ts';
import { Population, type MadeRepo } from './population.ts';

/** The hub, and what is in it. Disposal stops it and removes its data. */
export interface LoadedHub extends AsyncDisposable {
  readonly hub: BenchHub;
  readonly database: Superuser;
  readonly population: Population;
  /** Public repositories from everywhere in the population. */
  readonly known: readonly MadeRepo[];
}

/** Starts a hub that lets everybody read what is public, and loads so many repositories; `note` is told what is being done. */
export async function openLoadedHub(count: number, note: (text: string) => void): Promise<LoadedHub> {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await openBenchHub({ access: 'anonymous' }));
  const database = stack.use(await openSuperuser(hub));
  const population = new Population(count);
  await loadPopulation(database, population, note);
  const known = samplesOf(population);
  const owned = stack.move();
  return { hub, database, population, known, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const SAMPLES = 2000;

function samplesOf(population: Population): readonly MadeRepo[] {
  const step = Math.max(1, Math.floor(population.size / SAMPLES));
  const samples: MadeRepo[] = [];
  let index = 0;
  for (const repo of population.repos()) {
    index += 1;
    if (index % step === 0 && repo.visibility === 'public' && repo.gated === 'no') samples.push(repo);
  }
  return samples;
}
