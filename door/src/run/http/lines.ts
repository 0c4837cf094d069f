// Lines of HTTP/1.1 that are always the same (RFC 9112).

/** The end of a head, with that of its last line. */
export const HEAD_END = '\r\n\r\n';
/** The same in bytes, to look for. */
export const HEAD_END_BYTES = Buffer.from(HEAD_END, 'latin1');
/** What a client is told whose tunnel is open. */
export const CONNECTED = `HTTP/1.1 200 Connection established${HEAD_END}`;
/** The end of the head by which both begin to speak WebSocket. */
export const UPGRADED = `Connection: Upgrade\r\nUpgrade: websocket${HEAD_END}`;
/** What a client is told that may send its body. */
export const CONTINUE = `HTTP/1.1 100 Continue${HEAD_END}`;
