// How PostgreSQL's refusals are told apart: by the stores that expect them, and by who answers when it is away.

/** Whether an error is PostgreSQL refusing a duplicate, optionally of one named constraint. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return hasState(error, '23505') && (constraint === undefined || error.constraint === constraint);
}

/** Whether an error is a deadlock or a serialisation failure, after which the transaction may be tried again. */
export function isRetryable(error: unknown): boolean {
  return hasState(error, '40001') || hasState(error, '40P01');
}

/** Corrupted data or index, an error of the disk, and an internal one, which is what a broken length leads to. */
const CORRUPTED_STATES: readonly string[] = ['XX001', 'XX002', '58030', 'XX000'];

/** Whether an error is PostgreSQL finding what it reads broken: a page, a row, an index, the disk below. */
export function isCorrupted(error: unknown): boolean {
  return CORRUPTED_STATES.some((state) => hasState(error, state));
}

/** Appendix A of PostgreSQL's manual: connection exceptions, shutting down or starting up, no connection free. */
const AWAY_STATES = /^(?:08...|57P0[1-5]|53300)$/;
/** Only sockets make these calls. */
const AWAY_CALLS: readonly string[] = ['connect', 'getaddrinfo'];
/** Files are read and written, too, but never end like this: an object that cannot be read is no missing database. */
const AWAY_CODES: readonly string[] = ['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH'];
/** What the driver and its pool say without a code. */
const AWAY_WORDS: readonly string[] = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
  'driver has already been destroyed',
];

/**
 * Whether an error, or one that caused it, means that PostgreSQL cannot be reached at the moment: it is gone, ends,
 * starts, or has no connection free. Whether a transaction that was being committed took effect is then unknown.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // A host with several addresses gives one error for each.
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException;
  if (AWAY_STATES.test(code) || AWAY_CALLS.includes(syscall)) return true;
  // A caller who hangs up is an ECONNRESET, too, but of no system call.
  if (AWAY_CODES.includes(code) && syscall !== '') return true;
  if (AWAY_WORDS.some((words) => error.message.startsWith(words))) return true;
  return isDatabaseAway(error.cause);
}

/** Whether an error is PostgreSQL's with this SQLSTATE. */
export function hasState(error: unknown, code: string): error is { code: string; constraint?: string } {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
