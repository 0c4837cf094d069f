// `GET /avatar.svg`
import { z } from 'zod';
import { defineRoute, type Route } from '../../route/route.ts';
import { AVATAR } from '../accounts/present.ts';

// A neutral picture; no script, and served under a policy that would not run one.
const AVATAR_SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" fill="#cbd5e1"/>' +
  '<circle cx="16" cy="12" r="6" fill="#64748b"/><path d="M4 32a12 12 0 0 1 24 0" fill="#64748b"/></svg>';

/** The picture of every account. */
export function getAvatar(): Route {
  return defineRoute({
    operation: 'getAvatar',
    summary: 'The picture of every account',
    access: 'open',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    method: 'GET',
    path: AVATAR,
    allowance: 'none',
    output: 'stream',
    run: async ({ reply }) =>
      void (await reply
        .header('content-type', 'image/svg+xml')
        .header('content-security-policy', "sandbox; default-src 'none'")
        .header('cache-control', 'public, max-age=86400')
        .send(AVATAR_SVG)),
  });
}
