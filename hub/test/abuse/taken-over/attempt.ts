// One thing that code in a taken-over hub tries. Returning is success of the intruder, throwing is failure.

/** What is tried. */
export interface Attempt {
  readonly name: string;
  readonly act: () => unknown;
}

/** How it went. */
export interface Outcome {
  readonly name: string;
  readonly succeeded: boolean;
  /** What it got, or why it did not: the system's or PostgreSQL's code where there is one. */
  readonly detail: string;
}

/** Tries everything, one after the other. */
export async function tryAll(attempts: readonly Attempt[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name, act } of attempts) {
    try {
      const got: unknown = await act();
      outcomes.push({ name, succeeded: true, detail: String(JSON.stringify(got)).slice(0, 300) });
    } catch (error) {
      outcomes.push({ name, succeeded: false, detail: reasonOf(error) });
    }
  }
  return outcomes;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return `${code} ${error.message}`.trim().slice(0, 300);
}
