// An ordered list of patterns that is asked about many paths. Patterns without anything special, such as the lines
// written for single files, are looked up; only the others are tried one by one.
import { matchesPattern, type Pattern, type Steps, type SubjectPath } from './pattern.ts';

/** The patterns of one file with what stands beside each. */
export class PatternList<T> {
  readonly #rules: { readonly pattern: Pattern; readonly value: T }[] = [];
  readonly #names = new Map<string, number[]>();
  readonly #paths = new Map<string, number[]>();
  readonly #others: number[] = [];

  /** Adds a rule behind the ones there are. */
  add(pattern: Pattern, value: T): void {
    const index = this.#rules.push({ pattern, value }) - 1;
    if (pattern.literal === undefined) this.#others.push(index);
    else {
      const literals = pattern.anywhere ? this.#names : this.#paths;
      const known = literals.get(pattern.literal);
      if (known === undefined) literals.set(pattern.literal, [index]);
      else known.push(index);
    }
  }

  /** The values of the rules that match, the last rule first. */
  match(subject: SubjectPath, steps: Steps): T[] {
    const candidates = [
      ...(this.#names.get(String(subject.names.at(-1))) ?? []),
      ...(this.#paths.size > 0 ? (this.#paths.get(subject.names.join('/')) ?? []) : []),
    ];
    steps.spend(candidates.length + this.#others.length);
    const hits = candidates.filter((index) => this.#matches(index, subject, steps));
    for (const index of this.#others) if (this.#matches(index, subject, steps)) hits.push(index);
    return hits.sort((a, b) => b - a).map((index) => (this.#rules[index] as { value: T }).value);
  }

  #matches(index: number, subject: SubjectPath, steps: Steps): boolean {
    const rule = this.#rules[index];
    return rule !== undefined && matchesPattern(rule.pattern, subject, steps);
  }
}
