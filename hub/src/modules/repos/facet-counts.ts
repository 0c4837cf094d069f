// Which facets many repositories have, as far as this process has met them: where many do, gathering them all is the
// longer way to a page. Being wrong costs time alone.

const MAX_KNOWN = 10_000;

/** Remembers how many repositories have a facet. */
export class FacetCounts {
  readonly #counts = new Map<string, number>();

  /** The facets, the rarest first. */
  sort(facets: readonly string[]): string[] {
    return facets.toSorted((a, b) => this.countOf(a) - this.countOf(b));
  }

  isKnown(facet: string): boolean {
    return this.#counts.has(facet);
  }

  /** How many have it; zero where that is not known. */
  countOf(facet: string): number {
    return this.#counts.get(facet) ?? 0;
  }

  /** Notes how many have it, as far as somebody counted or the database's statistics tell. */
  note(facet: string, count: number): void {
    if (this.#counts.size >= MAX_KNOWN) this.#counts.clear();
    this.#counts.set(facet, count);
  }
}
