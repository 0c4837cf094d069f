// `Expect: 100-continue`: a sender is invited to send its body only when somebody begins to read it, so that a refusal
// (too large, no space, no right) reaches it before a gigabyte was sent in vain.
import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Lets requests that expect an invitation through, and invites at their first read. */
export function inviteOnFirstRead(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    const read = request._read.bind(request);
    request._read = (size) => {
      request._read = read;
      if (!response.headersSent && !response.writableEnded) response.writeContinue();
      read(size);
    };
    server.emit('request', request, response);
  });
}
