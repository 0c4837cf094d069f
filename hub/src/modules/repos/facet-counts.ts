// How many repositories have a facet or match a word, as far as this process has met them: what is asked for together is
// best found by the rare. Being wrong costs time alone.
import { type Clock } from '@holdfast/kernel/clock';

const MAX_KNOWN = 10_000;
/** For so long a hub is believed to have grown little. */
const KNOWN_MS = 10 * 60_000;

interface Known {
  readonly count: number;
  readonly counted: boolean;
  readonly until: number;
}

/** Remembers how many repositories have a facet. */
export class FacetCounts {
  readonly #clock: Clock;
  readonly #counts = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The facets, the rarest first. */
  sort(facets: readonly string[]): string[] {
    return facets.toSorted((a, b) => this.countOf(a) - this.countOf(b));
  }

  isKnown(facet: string): boolean {
    return (this.#counts.get(facet)?.until ?? 0) > this.#clock.now().getTime();
  }

  /** How many had it when somebody counted, if that was not long ago. */
  countedOf(facet: string): number | undefined {
    return this.isKnown(facet) && this.#counts.get(facet)?.counted === true ? this.countOf(facet) : undefined;
  }

  /** How many have it; zero where that is not known. */
  countOf(facet: string): number {
    return this.#counts.get(facet)?.count ?? 0;
  }

  /** Notes how many the database's statistics tell to have it. */
  noteEstimate(facet: string, count: number): void {
    this.#note(facet, { count, counted: false });
  }

  /** Notes how many have it. */
  noteCounted(facet: string, count: number): void {
    this.#note(facet, { count, counted: true });
  }

  #note(facet: string, known: Omit<Known, 'until'>): void {
    if (this.#counts.size >= MAX_KNOWN) this.#counts.clear();
    this.#counts.set(facet, { ...known, until: this.#clock.now().getTime() + KNOWN_MS });
  }
}
