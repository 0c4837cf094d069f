// Repositories by name and by id, kept while the epochs say that nothing changed. Absence is kept too: otherwise the time
// of an answer would tell a private repository from one that is not there.
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { type RepoType } from '#modules/access';
import { isNamespaceName } from '#modules/identity';
import { isRepoName, type Repo, type RepoName } from './model.ts';
import { RepoReader, type Named } from './store.ts';

const MOST_KEPT = 20_000;
/** Of each of the two maps: cards are as long as their authors make them. */
const MOST_BYTES = 64 * MiB;
/** What is kept beside the card, roughly. */
const ROW_BYTES = 1000;

/** Answers, until they are too many or too long: then all are forgotten. */
export class KeptAnswers<Key, Answer> {
  readonly #weigh: (answer: Answer) => number;
  readonly #answers = new Map<Key, Answer>();
  #bytes = 0;

  constructor(weigh: (answer: Answer) => number) {
    this.#weigh = weigh;
  }

  has(key: Key): boolean {
    return this.#answers.has(key);
  }

  get(key: Key): Answer | undefined {
    return this.#answers.get(key);
  }

  set(key: Key, answer: Answer): void {
    if (this.#answers.has(key)) return;
    const bytes = ROW_BYTES + this.#weigh(answer);
    if (this.#answers.size >= MOST_KEPT || this.#bytes + bytes > MOST_BYTES) {
      this.#answers.clear();
      this.#bytes = 0;
    }
    this.#answers.set(key, answer);
    this.#bytes += bytes;
  }
}

function weightOf(repo: Repo | undefined): number {
  return repo === undefined ? 0 : 2 * JSON.stringify(repo.facets).length;
}

/** Looks repositories up by name or id. */
export class RepoCache {
  readonly #db: Db;
  readonly #epochs: Epochs;
  #named = newNamed();
  #known = newKnown();

  constructor(deps: { db: Db; epochs: Epochs }) {
    this.#db = deps.db;
    this.#epochs = deps.epochs;
    this.#epochs.onChange('repos', () => this.clear());
  }

  async find(type: RepoType, name: RepoName): Promise<Named | undefined> {
    // What cannot be a name is not asked of the database, and does not fill the memory.
    if (!isNamespaceName(name.namespace) || !isRepoName(name.name)) return undefined;
    const key = `${type}/${name.namespace}/${name.name}`.toLowerCase();
    const named = this.#named;
    if (this.#epochs.areFresh() && named.has(key)) return named.get(key);
    const found = await new RepoReader(this.#db).findByName(type, name);
    // A change while the question was under way has replaced the map, and this answer is not kept.
    named.set(key, found);
    return found;
  }

  async findById(id: Id): Promise<Repo | undefined> {
    const known = this.#known;
    if (this.#epochs.areFresh() && known.has(id)) return known.get(id);
    const found = await new RepoReader(this.#db).findById(id);
    known.set(id, found);
    return found;
  }

  /** Forgets everything; counters and heads are as old as the last call of this or the last change. */
  clear(): void {
    this.#named = newNamed();
    this.#known = newKnown();
  }
}

function newNamed(): KeptAnswers<string, Named | undefined> {
  return new KeptAnswers((named) => weightOf(named?.repo));
}

function newKnown(): KeptAnswers<Id, Repo | undefined> {
  return new KeptAnswers(weightOf);
}
