// Sends a browser on, between the hub and a Space.
import { type ServerResponse } from 'node:http';

/** Sends it on, with a cookie where there is one. What the address holds goes to nobody else. */
export function redirect(response: ServerResponse, location: string, cookie?: string): void {
  response
    .writeHead(303, {
      Location: location,
      'Content-Length': 0,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      ...(cookie !== undefined && { 'Set-Cookie': cookie }),
    })
    .end();
}
