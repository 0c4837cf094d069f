// From what core code refuses to what HTTP says.
import { type Fault, type FaultKind } from '@holdfast/kernel/fault';

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
