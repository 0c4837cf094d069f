// `GET /admin/secrets/sinks`: who holds or held the secrets of a Space, and where they could have copied them.
import { z } from 'zod';
import { type SecretSinks, type SpaceSinks, type VersionSinks } from '#modules/secrets';
import { defineRoute, type Route } from '../route/route.ts';

const Told = z.object({ at: z.string(), by: z.string(), entry: z.string() }).nullable();
const Version = z.object({
  id: z.string(),
  name: z.string(),
  version: z.number(),
  way: z.string(),
  boundTo: z.array(z.string()),
  provider: z.string().nullable(),
  token: z.string().nullable(),
  set: Told,
  deleted: Told,
  holders: z.array(
    z.object({
      run: z.string(),
      by: z.string(),
      through: z.enum(['release', 'echo']),
      from: z.string(),
      entry: z.string(),
      ended: z.object({ at: z.string(), entry: z.string(), how: z.string() }).nullable(),
    }),
  ),
  isCut: z.boolean(),
  sinks: z.object({
    hosts: z.array(
      z.object({
        host: z.string(),
        port: z.number(),
        first: z.string(),
        last: z.string(),
        connections: z.number(),
        sentBytes: z.number(),
        runs: z.number(),
      }),
    ),
    moreHosts: z.number(),
    unanswered: z.number(),
    logs: z.object({ reads: z.number(), last: z.string().nullable() }).nullable(),
    repositories: z.array(
      z.object({
        type: z.string(),
        id: z.string(),
        name: z.string(),
        patterns: z.array(z.string()),
        token: z.string(),
        secret: z.string(),
        whenSet: z.boolean(),
        now: z.boolean(),
      }),
    ),
    incomplete: z.boolean(),
  }),
});

/** Tells it. */
export function listSecretSinks({ centre }: { readonly centre: { readonly sinks: SecretSinks } }): Route {
  return defineRoute({
    operation: 'adminListSecretSinks',
    summary: 'Who holds or held the secrets of a Space, and where they could have copied them',
    access: 'operator',
    allowance: 'none',
    method: 'GET',
    path: '/admin/secrets/sinks',
    params: z.unknown(),
    query: z.object({
      space: z.string().max(256),
      name: z.string().max(128).optional(),
      before: z.iso.datetime().regex(/^[12]/).optional(),
    }),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.object({
      ...{ id: z.string(), name: z.string(), versions: z.array(Version), isCut: z.boolean() },
      ...{ before: z.string().nullable(), back: z.string().nullable() },
    }),
    run: async ({ actor, query: { space, ...asked } }) =>
      present(await centre.sinks.list(actor, space, asked)),
  });
}

function present({ versions, before, back, ...rest }: SpaceSinks) {
  return { ...rest, before: before ?? null, back: back ?? null, versions: versions.map(presentVersion) };
}

function presentVersion({
  number,
  sinks,
  set,
  deleted,
  holders,
  boundTo,
  ...rest
}: VersionSinks): z.input<typeof Version> {
  const { hosts, logs, repositories, ...counts } = sinks;
  return {
    ...{ ...rest, version: number, boundTo: [...boundTo], set: told(set), deleted: told(deleted) },
    holders: holders.map(({ from, ended, ...holder }) => ({
      ...holder,
      from: from.toISOString(),
      ended: ended && { ...ended, at: ended.at.toISOString() },
    })),
    sinks: {
      ...counts,
      hosts: hosts.map(({ first, last, ...host }) => ({
        ...host,
        first: first.toISOString(),
        last: last.toISOString(),
      })),
      logs: logs && { reads: logs.count, last: logs.last?.toISOString() ?? null },
      repositories: repositories.map((one) => ({ ...one, patterns: [...(one.patterns ?? [])] })),
    },
  };
}

function told(said: VersionSinks['set']): z.input<typeof Told> {
  return said && { ...said, at: said.at.toISOString() };
}
