// Events that a client follows (server-sent events, HTML standard, section 9.2): under a right, at the client's pace, and told
// now and then that the connection lives.
import { type ServerResponse } from 'node:http';
import { type LiveStreams, type StreamRight } from './live-streams.ts';

/** A stream of events. Dispose it to end it. */
export interface EventStream extends Disposable {
  /** Aborts when the client hangs up or the right ends. */
  readonly signal: AbortSignal;
  /** Sends one event, and settles once the client has taken enough for the next. */
  send(event: object, name?: string): Promise<void>;
}

/** Clients give up after 120 seconds without a byte. */
const KEEP_ALIVE_MS = 20_000;

/** Begins to send events. */
export function openEventStream(
  response: ServerResponse,
  { streams, right }: { readonly streams: LiveStreams; readonly right: StreamRight },
): EventStream {
  const ended = new AbortController();
  const live = streams.watch(right);
  live.signal.addEventListener('abort', () => response.destroy(), { once: true });
  const closed = new Promise<void>((resolve) => {
    const end = (): void => {
      ended.abort();
      resolve();
    };
    // Who hung up while their right was looked at is told of to nobody a second time.
    if (response.destroyed || response.closed) end();
    else response.once('close', end);
  });
  const type = { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' };
  response.writeHead(200, { ...type, 'X-Accel-Buffering': 'no' });
  response.flushHeaders();
  const before = response.socket?.timeout ?? 0;
  response.socket?.setTimeout(0);
  const timer = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS);
  return {
    signal: ended.signal,
    async send(event, name) {
      if (ended.signal.aborted) return;
      const text = `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(event)}\n\n`;
      if (response.write(text)) return;
      await Promise.race([closed, new Promise<void>((resolve) => response.once('drain', resolve))]);
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      live[Symbol.dispose]();
      response.socket?.setTimeout(before);
      response.end();
    },
  };
}
