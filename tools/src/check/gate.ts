// What a gate is. A gate that looked at nothing has failed: a green light from an unplugged lamp is worse than red.

/** What one gate saw. */
export interface Finding {
  /** How many things it looked at. */
  readonly looked: number;
  /** What the things are, in the plural. */
  readonly things: string;
  /** What is wrong, ready to print. Empty when all is well. */
  readonly problems: readonly string[];
  /** Printed although nothing is wrong. */
  readonly remarks?: readonly string[];
}

/** One check of the whole project. */
export interface Gate {
  readonly name: string;
  look(): Promise<Finding>;
}

/** Whether a finding lets the change through. */
export function passes(finding: Finding): boolean {
  return finding.looked > 0 && finding.problems.length === 0;
}
