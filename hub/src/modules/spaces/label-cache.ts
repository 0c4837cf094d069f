// Where labels lead, kept while the epochs say that nothing changed. Absence is kept too, and costs as much to find out as
// presence: otherwise the time of an answer would tell a private Space from one that is not there.
import { newId } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Repo, type Repos } from '#modules/repos';
import { SpaceReader } from './store.ts';

/** What is behind a label. The repository's counters may be old, its name and its rights are not. */
export interface Labelled {
  readonly repo: Repo;
  /** The label that the Space has now. */
  readonly label: string;
}

const MAX_CACHED = 20_000;

/** Looks labels up. */
export class LabelCache {
  readonly #db: Db;
  readonly #epochs: Epochs;
  readonly #repos: Pick<Repos, 'findKnown'>;
  #known = new Map<string, Labelled | undefined>();

  constructor(deps: { db: Db; epochs: Epochs; repos: Pick<Repos, 'findKnown'> }) {
    this.#db = deps.db;
    this.#epochs = deps.epochs;
    this.#repos = deps.repos;
    this.#epochs.onChange('repos', () => (this.#known = new Map()));
  }

  /** What is behind the label, if there is a Space. */
  async find(label: string): Promise<Labelled | undefined> {
    const known = this.#known;
    if (this.#epochs.areFresh() && known.has(label)) return known.get(label);
    const space = await new SpaceReader(this.#db).findByLabel(label);
    // No repository has the other id.
    const repo = await this.#repos.findKnown(space?.repoId ?? newId(new Date(0)));
    const found = space === undefined || repo === undefined ? undefined : { repo, label: space.label };
    // A change while the question was under way has replaced the map, and this answer is not kept.
    if (known.size >= MAX_CACHED) known.clear();
    known.set(label, found);
    return found;
  }
}
