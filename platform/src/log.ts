// Structured logs: one JSON object a line, on standard error, with what must never be logged removed by shape.
import { pino, type DestinationStream, type Logger } from 'pino';
import { LineBatches } from './line-batches.ts';
import { openStandardError } from './standard-error.ts';

/** One answered call. Every text in it was made here: nothing that a caller sent, which would have to be escaped. */
export interface AnsweredCall {
  readonly requestId: string;
  readonly operation: string;
  readonly status: number;
  readonly userId: string | undefined;
  readonly seconds: number;
}

/** What code logs through. Fields first, then a sentence. */
export type Log = Pick<Logger, 'info' | 'warn' | 'error' | 'debug' | 'child'> & {
  /** Logs the one line that every call gets; written out by hand, it costs a quarter of the general way. */
  answered(call: AnsweredCall): void;
};

// Our tokens, bearer credentials and signed links, wherever they turn up in a text that is logged, and what stands in
// fields of these names at any depth. One pass over the finished line: copying every object first costs more.
const CREDENTIAL =
  /hf_[A-Za-z0-9_]{8,}|Bearer\s+[^\s"]+|Basic\s+[A-Za-z0-9+/=]{8,}|([?&]sig=)[^&\s"]+|("(?:password|token|authorization)":)"(?:[^"\\]|\\.)*"/gi;

/** Text with every credential in it replaced. */
export function redact(text: string): string {
  return text.replace(CREDENTIAL, (_match, signature?: string, field?: string) =>
    field === undefined ? `${signature ?? ''}[redacted]` : `${field}"[redacted]"`,
  );
}

/** Opens the log of a process. */
export function openLog(name: string, destination?: DestinationStream): Log {
  const options = {
    base: { process: name },
    timestamp: new Timestamps().next,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: redact },
  };
  const lines = destination ?? openStandardError();
  const logger = pino(options, lines);
  const process = JSON.stringify(name);
  const answered = ({ requestId, operation, status, userId, seconds }: AnsweredCall): void => {
    if (!logger.isLevelEnabled('info')) return;
    const user = userId === undefined ? '' : `,"userId":"${userId}"`;
    // Pino tells the batches the level of each of its own lines; this one comes past it.
    if (lines instanceof LineBatches) lines.lastLevel = 0;
    lines.write(
      `{"level":"info"${options.timestamp()},"process":${process},"requestId":"${requestId}",` +
        `"operation":"${operation}","status":${status}${user},"seconds":${seconds.toFixed(6)},"msg":"answered"}\n`,
    );
  };
  return Object.assign(logger, { answered });
}

// The text of one millisecond serves every line of it.
class Timestamps {
  #at = 0;
  #text = '';

  readonly next = (): string => {
    const now = Date.now();
    if (now !== this.#at) {
      this.#at = now;
      this.#text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return this.#text;
  };
}
