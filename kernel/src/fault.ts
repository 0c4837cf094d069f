// An expected refusal. Anything else that is thrown is a bug.

/** Why something was refused. Closed: each surface has one table from these to its protocol. */
export type FaultKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'stale'
  | 'limited'
  | 'too-large'
  | 'misdirected'
  | 'unavailable'
  | 'full';

/** What a fault carries beside its kind, code and message. */
export interface FaultOptions {
  /** Facts for the person who reads the logs; never shown to the caller. */
  readonly hint?: string;
  /** Machine-readable facts that may be shown, such as the `url` of what already exists. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A refusal with a stable dotted code and a message that is safe to show. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly kind: FaultKind;
  readonly code: string;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  // oxlint-disable-next-line max-params -- the three facts every refusal has, and the rest in an object
  constructor(kind: FaultKind, code: string, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }
}

/** Makes one kind of refusal. Its code and kind can be read without making one. */
export interface FaultMaker<Args extends readonly unknown[]> {
  (...args: Args): Fault;
  readonly kind: FaultKind;
  readonly code: string;
}

/**
 * Declares a refusal once, so that its code appears in one place and in the generated error list.
 * `describe` returns the message, or the message and its options.
 */
export function defineFault<Args extends readonly unknown[]>(
  kind: FaultKind,
  code: string,
  describe: (...args: Args) => string | readonly [string, FaultOptions],
): FaultMaker<Args> {
  const make = (...args: Args): Fault => {
    const described = describe(...args);
    return typeof described === 'string'
      ? new Fault(kind, code, described)
      : new Fault(kind, code, described[0], described[1]);
  };
  return Object.assign(make, { kind, code });
}

/** Whether an error is the refusal with this code. */
export function isFault(error: unknown, code?: string): error is Fault {
  return error instanceof Fault && (code === undefined || error.code === code);
}
