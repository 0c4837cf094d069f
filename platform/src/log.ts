// Structured logs: one JSON object a line, on standard error, with what must never be logged removed by shape.
import { pino, type DestinationStream, type Logger } from 'pino';
import { openStandardError } from './standard-error.ts';

/** What code logs through. Fields first, then a sentence. */
export type Log = Pick<Logger, 'info' | 'warn' | 'error' | 'debug' | 'child'>;

// Our tokens, bearer credentials and signed links, wherever they turn up in a text that is logged.
const CREDENTIAL = /hf_[A-Za-z0-9_]{8,}|Bearer\s+[^\s"]+|Basic\s+[A-Za-z0-9+/=]{8,}|([?&]sig=)[^&\s"]+/g;

/** Text with every credential in it replaced. */
export function redact(text: string): string {
  return text.replace(CREDENTIAL, (_match, signature?: string) =>
    signature === undefined ? '[redacted]' : `${signature}[redacted]`,
  );
}

/** Opens the log of a process. */
export function openLog(name: string, destination?: DestinationStream): Log {
  const options = {
    base: { process: name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: ['password', 'token', 'authorization', '*.password', '*.token', '*.authorization'] },
    hooks: { streamWrite: redact },
  };
  return pino(options, destination ?? openStandardError());
}
