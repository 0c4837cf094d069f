// WebSockets of the hosts that the world plays: opened for who has the credential; each says hello, and then gives back what it is told.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { PLAYED, VALUES } from './values.ts';
import { MessageReader, writeMessage } from './web-socket.ts';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const FAREWELL = Buffer.from([0x88, 0]);
/** Who says this hears the credential. */
const ECHO = 'what did I send?';

/** Plays them. `tell` is given what each was asked with, and how long each message was. */
export function playSockets(
  tell: (line: object) => void,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  // oxlint-disable-next-line max-params -- as Node calls it
  return ({ headers, url, rawHeaders }, socket, head) => {
    const { host: played = '', authorization } = headers;
    tell({ played, method: 'GET', url, raw: rawHeaders });
    socket.on('error', () => undefined);
    socket.once('close', () => tell({ closed: url }));
    if (played !== PLAYED.openai || authorization !== `Bearer ${VALUES.openai[0]}`) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${MAGIC}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    const say = (content: string | Buffer): void => {
      socket.write(writeMessage(content, { masked: false }));
    };
    say('brokered hello');
    const reader = new MessageReader();
    const hear = (bytes: Buffer): void => {
      for (const message of reader.push(bytes)) {
        tell({ message: message.length });
        say(message.equals(Buffer.from(ECHO)) ? `you sent ${VALUES.openai[0]}` : message);
      }
      if (reader.isOver) socket.end(FAREWELL);
    };
    hear(head);
    socket.on('data', hear);
  };
}
