// Sends a browser on, between the hub and a Space.
import { type ServerResponse } from 'node:http';

/** Sends it on, keeping these cookies. What the address holds goes to nobody else. */
export function redirect(response: ServerResponse, location: string, cookies: readonly string[] = []): void {
  response
    .writeHead(303, {
      Location: location,
      'Content-Length': 0,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      ...(cookies.length > 0 && { 'Set-Cookie': [...cookies] }),
    })
    .end();
}
