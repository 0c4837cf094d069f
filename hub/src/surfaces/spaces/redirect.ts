// Sends a browser on, between the hub and a Space.
import { type ServerResponse } from 'node:http';

/**
 * Sends it on, keeping these cookies. What the address holds goes to nobody else; `tellsOrigin`: from where the browser came
 * goes on with it.
 */
export function redirect(
  response: ServerResponse,
  location: string,
  {
    cookies = [],
    tellsOrigin = false,
  }: { readonly cookies?: readonly string[]; readonly tellsOrigin?: boolean } = {},
): void {
  response
    .writeHead(303, {
      Location: location,
      'Content-Length': 0,
      'Cache-Control': 'no-store',
      'Referrer-Policy': tellsOrigin ? 'origin' : 'no-referrer',
      ...(cookies.length > 0 && { 'Set-Cookie': [...cookies] }),
    })
    .end();
}
