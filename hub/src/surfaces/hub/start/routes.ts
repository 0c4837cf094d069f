// What clients ask at start-up, and small things every client expects to be there.
import { z } from 'zod';
import { defineRoute, type Route } from '../../route/route.ts';
import { AVATAR } from '../accounts/present.ts';

// A neutral picture; no script, and served under a policy that would not run one.
const AVATAR_SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" fill="#cbd5e1"/>' +
  '<circle cx="16" cy="12" r="6" fill="#64748b"/><path d="M4 32a12 12 0 0 1 24 0" fill="#64748b"/></svg>';

/** Answers for agent harnesses, telemetry and the picture of accounts. */
export function startRoutes(): Route[] {
  const shared = {
    access: 'open',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
  } as const;
  return [
    defineRoute({
      ...shared,
      operation: 'getAgentHarnesses',
      summary: 'Environment variables by which clients recognise agents; none are known here',
      method: 'GET',
      path: '/api/agent-harnesses',
      allowance: 'api',
      output: z.object({ standardEnvVars: z.array(z.string()), harnesses: z.object({}) }),
      run: () => Promise.resolve({ standardEnvVars: [], harnesses: {} }),
    }),
    defineRoute({
      ...shared,
      operation: 'headTelemetry',
      summary: 'Takes what clients report about themselves and keeps nothing of it',
      method: 'HEAD',
      path: '/api/telemetry/*',
      status: 204,
      allowance: 'api',
      output: 'stream',
      run: async ({ reply }) => void (await reply.status(204).send()),
    }),
    defineRoute({
      ...shared,
      operation: 'getAvatar',
      summary: 'The picture of every account',
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
    }),
    defineRoute({
      ...shared,
      operation: 'getRoot',
      summary: 'Says what this is',
      method: 'GET',
      path: '/',
      allowance: 'none',
      output: 'stream',
      run: async ({ reply, baseUrl }) =>
        void (await reply
          .header('content-type', 'text/plain; charset=utf-8')
          .send(
            `Holdfast, a hub for models, datasets and apps.\n\nSet HF_ENDPOINT=${baseUrl} and use the clients you have.\n`,
          )),
    }),
  ];
}
