// How PostgreSQL's refusals are told apart by the stores that expect them.

/** Whether an error is PostgreSQL refusing a duplicate, optionally of one named constraint. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return hasCode(error, '23505') && (constraint === undefined || error.constraint === constraint);
}

/** Whether an error is a deadlock or a serialisation failure, after which the transaction may be tried again. */
export function isRetryable(error: unknown): boolean {
  return hasCode(error, '40001') || hasCode(error, '40P01');
}

function hasCode(error: unknown, code: string): error is { code: string; constraint?: string } {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
