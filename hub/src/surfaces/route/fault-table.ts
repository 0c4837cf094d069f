// From what core code refuses to what HTTP says.
import { Fault, type FaultKind } from '@holdfast/kernel/fault';

const STATUS: Readonly<Record<FaultKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  stale: 412,
  'too-large': 413,
  misdirected: 421,
  limited: 429,
  unavailable: 503,
  full: 507,
};

// The names on which the clients branch; every other code is spelt in their style.
const CLIENT_CODES: Readonly<Record<string, string>> = {
  'repo.missing': 'RepoNotFound',
  'repo.sign-in-needed': 'RepoNotFound',
  'repo.gated': 'GatedRepo',
  'revision.missing': 'RevisionNotFound',
  'entry.missing': 'EntryNotFound',
  'entry.unnamed': 'EntryNotFound',
};

/** The HTTP status of a refusal. */
export function statusOf(fault: Fault): number {
  return STATUS[fault.kind];
}

const REFUSALS: ReadonlySet<FaultKind> = new Set(['unauthenticated', 'forbidden', 'limited', 'misdirected']);

/** Whether a refusal is about who calls. Who may not know of a repository gets the same as for one that is not there. */
export function isRefusal(error: unknown): error is Fault {
  if (!(error instanceof Fault)) return false;
  return REFUSALS.has(error.kind) || error.code === 'repo.missing';
}

const SENDERS_OWN: ReadonlySet<FaultKind> = new Set(['invalid', 'too-large', 'limited']);

/** Whether a refusal is about what was sent, or how often, and not about the hub. */
export function isSendersOwn(error: unknown): error is Fault {
  return error instanceof Fault && SENDERS_OWN.has(error.kind);
}

/** The value of `X-Error-Code` for a refusal: `token.rejected` is `TokenRejected`. */
export function clientCode(fault: Fault): string {
  return (
    CLIENT_CODES[fault.code] ??
    fault.code.replaceAll(/(?:^|[.-])([a-z])/g, (_all, letter: string) => letter.toUpperCase())
  );
}

/** A text as a header may hold it: one line of Latin letters; anything else becomes a question mark. */
export function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 500);
}
