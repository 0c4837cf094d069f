// A made-up hub of any size: accounts and repositories with the names, tags and fame that real ones have.
import { openRandom, pick, zipf, type Random } from './random.ts';
import { inventWords, LANGUAGES, LIBRARIES, LICENCES, PIPELINES, USUAL } from './words.ts';

/** A user or an organisation. */
export interface Owner {
  readonly id: string;
  readonly name: string;
  readonly kind: 'user' | 'org';
}

/** A repository, as its row says. */
export interface MadeRepo {
  readonly id: string;
  readonly type: 'model' | 'dataset' | 'space';
  readonly owner: Owner;
  readonly name: string;
  readonly visibility: 'public' | 'private' | 'protected';
  readonly gated: 'no' | 'auto' | 'manual';
  readonly createdAt: Date;
  readonly lastModified: Date;
  readonly likes: number;
  readonly downloads: number;
  readonly trending: number;
  readonly tags: readonly string[];
  readonly pipelineTag: string | null;
  readonly libraryName: string | null;
  readonly card: Readonly<Record<string, unknown>>;
  readonly text: string;
}

const SINCE = Date.UTC(2022, 0, 1);
const UNTIL = Date.UTC(2026, 0, 1);
const MOST_OWNERS = 20_000;
const RARE_WORDS = 30_000;
const FREE_TAGS = 5_000;
/** Shares no factor with 36, so that no number of four digits comes twice in a million. */
const SCATTER = 7919;

/** A population of a size. */
export class Population {
  readonly size: number;
  readonly owners: readonly Owner[];
  /** Made-up words in names, the most frequent first. */
  readonly rare: readonly string[] = inventWords(RARE_WORDS, 1);
  /** Tags that people made up, the most frequent first. */
  readonly freeTags: readonly string[] = inventWords(FREE_TAGS, 2);
  readonly #usual = zipf(USUAL);
  readonly #rare = zipf(this.rare);
  readonly #tags = zipf(this.freeTags);
  readonly #pipelines = zipf(PIPELINES);
  readonly #libraries = zipf(LIBRARIES);
  readonly #licences = zipf(LICENCES);
  readonly #languages = zipf(LANGUAGES);

  constructor(size: number) {
    this.size = size;
    const count = Math.min(MOST_OWNERS, Math.max(50, Math.floor(size / 50)));
    this.owners = inventWords(count, 3).map((name, index) => ({
      id: idAt(SINCE, index),
      name,
      kind: index % 4 === 0 ? 'org' : 'user',
    }));
  }

  /** The repositories, oldest first; the same each time. */
  *repos(): Generator<MadeRepo> {
    const random = openRandom(4);
    // Half of all fall to the many with few, the others follow fame.
    const famous = zipf(this.owners);
    for (let index = 0; index < this.size; index += 1) {
      const owner = random() < 0.5 ? pick(random, this.owners) : famous(random);
      yield this.#repo(random, owner, index);
    }
  }

  #repo(random: Random, owner: Owner, index: number): MadeRepo {
    const created = SINCE + ((UNTIL - SINCE) * index) / this.size;
    const kind = random();
    const type = kind < 0.6 ? 'model' : kind < 0.85 ? 'dataset' : 'space';
    const words = Array.from({ length: 2 + Math.floor(random() * 3) }, () =>
      random() < 0.7 ? this.#usual(random) : this.#rare(random),
    );
    const downloads = fame(random, 0.4);
    const likes = Math.floor(fame(random, 0.75) / 10);
    const facets = this.#facets(random, type);
    return {
      id: idAt(created, index),
      type,
      owner,
      // Keeps names apart, as people do it.
      name: `${words.join('-')}-${((index * SCATTER) % 36 ** 4).toString(36)}`,
      visibility: chooseVisibility(random()),
      gated: random() < 0.02 ? 'auto' : 'no',
      createdAt: new Date(created),
      lastModified: new Date(created + random() ** 3 * (UNTIL - created)),
      likes,
      downloads,
      trending: downloads > 100 && random() < 0.2 ? Math.round(Math.log1p(downloads) * 100) / 100 : 0,
      ...facets,
    };
  }

  #facets(random: Random, type: MadeRepo['type']) {
    const pipelineTag = type === 'model' && random() < 0.7 ? this.#pipelines(random) : null;
    const libraryName = type === 'model' && random() < 0.8 ? this.#libraries(random) : null;
    const language = this.#languages(random);
    const licence = this.#licences(random);
    const free = Array.from({ length: Math.floor(random() * 5) }, () => this.#tags(random));
    const given = [libraryName, pipelineTag, language, ...free, `license:${licence}`, 'region:us'];
    const tags = [...new Set(given.filter((tag) => tag !== null))];
    const card = {
      language,
      license: licence,
      tags: free,
      ...(pipelineTag !== null && { pipeline_tag: pipelineTag }),
    };
    return { pipelineTag, libraryName, tags, card, text: tags.join(' ') };
  }
}

/** Most have nothing, a few very much. */
function fame(random: Random, none: number): number {
  if (random() < none) return 0;
  return Math.min(50_000_000, Math.floor((1 - random()) ** -1.2));
}

function chooseVisibility(at: number): MadeRepo['visibility'] {
  return at < 0.84 ? 'public' : at < 0.99 ? 'private' : 'protected';
}

/** As the hub makes ids: seconds first. The rest is scattered, but the same in each run. */
function idAt(at: number, index: number): string {
  const seconds = Math.floor(at / 1000)
    .toString(16)
    .padStart(8, '0');
  const scattered = (Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  return seconds + scattered + index.toString(16).padStart(8, '0');
}
