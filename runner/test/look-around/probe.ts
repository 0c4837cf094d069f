// What one look around is: a few lines of Python that try something from inside and say what came of it.

/** One probe. */
export interface Probe {
  /** Unique, and what it tries. */
  readonly name: string;
  /** Whom it would help to do what. */
  readonly why: string;
  /** What it must say: `closed`, an error's name, or what is shown in place of the truth. */
  readonly expects: string;
  /** Python; what it says is the value of the last expression. `attempt` gives an error's name for what is refused. */
  readonly python: string;
}

/** Probes about one thing. */
export interface ProbeGroup {
  readonly title: string;
  readonly probes: readonly Probe[];
}

/** Short form of the many that are one line: name, why, what it must say, and the Python. */
export function probe(...row: readonly [name: string, why: string, expects: string, python: string]): Probe {
  const [name, why, expects, python] = row;
  return { name, why, expects, python };
}
