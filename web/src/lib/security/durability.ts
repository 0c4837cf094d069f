// What there is to say of a database that keeps, or could lose, what it acknowledged. Pure.

/** What is said, and what there is to do. */
export interface DurabilitySaid {
  readonly state: 'durable' | 'lacking' | 'unknown';
  /** What is to be set on the server, as one says it: `fsync, full_page_writes`. */
  readonly settings: string;
  /** Whether something between hub and server drops what connections ask for. */
  readonly drops: boolean;
}

// Each connection of the hub asks for it itself, so that nothing on the server can turn it off.
const ASKED = 'synchronous_commit';

/** Of what a database lacks, such as `fsync=off`; `undefined` when nobody can tell. */
export function durabilityOf(lacks: readonly string[] | undefined): DurabilitySaid {
  if (lacks === undefined) return { state: 'unknown', settings: '', drops: false };
  const names = lacks.map((lack) => lack.split('=', 1)[0] ?? '');
  return {
    state: names.length === 0 ? 'durable' : 'lacking',
    settings: names.filter((name) => name !== ASKED).join(', '),
    drops: names.includes(ASKED),
  };
}
