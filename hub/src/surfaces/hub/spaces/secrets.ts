// `GET`, `POST` and `DELETE /api/spaces/{namespace}/{name}/secrets`
import { z } from 'zod';
import { type SecretFacts, type Secrets } from '#modules/secrets';
import { defineRoute, type Route } from '../../route/route.ts';
import { RepoParams } from '../repos/names.ts';
import { whoOf } from '../who.ts';
import { receiveSecret, wipeRest } from './secret-body.ts';

interface Deps {
  readonly secrets: Secrets;
}

/** The secrets of a Space, which nobody reads back. Changes answer with all that there are then. */
export function secretRoutes(deps: Deps): Route[] {
  return [listSecrets(deps), setSecret(deps), deleteSecret(deps)];
}

/** By name. Clients read description and time; the rest is this hub's. */
const Listed = z.record(
  z.string(),
  z.object({
    key: z.string(),
    description: z.string().optional(),
    updatedAt: z.string(),
    way: z.enum(['brokered', 'file', 'variable']),
    because: z.enum([
      'recognised',
      'hosts-given',
      'asked',
      'not-recognised',
      'hosts-needed',
      'not-brokerable',
    ]),
    hosts: z.array(z.string()).readonly(),
    provider: z.string().nullable(),
    expiresAt: z.string().nullable(),
    lastUsedAt: z.string().nullable(),
    echoedAt: z.string().nullable(),
    sealedIn: z.enum(['browser', 'hub']),
    uses: z.number(),
    version: z.number(),
  }),
);

const SHARED = {
  path: '/api/spaces/{namespace}/{name}/secrets',
  access: 'user',
  allowance: 'api',
  params: RepoParams,
  query: z.unknown(),
  output: Listed,
} as const;

function listSecrets({ secrets }: Deps): Route {
  return defineRoute({
    ...SHARED,
    operation: 'listSecrets',
    summary: 'The secrets of a Space, without their values',
    method: 'GET',
    bodyKind: 'none',
    body: z.unknown(),
    run: async ({ actor, params }) => present(await secrets.list(actor, params)),
  });
}

function setSecret({ secrets }: Deps): Route {
  return defineRoute({
    ...SHARED,
    operation: 'setSecret',
    summary: 'Set a secret of a Space',
    method: 'POST',
    // Not parsed: only the vault reads it.
    bodyKind: 'stream',
    body: z.unknown(),
    async run(call) {
      // Nobody has the bytes of a secret be received who may not set one.
      await secrets.requireSetting(call.actor, call.params).catch((error: unknown) => {
        wipeRest(call.request);
        throw error;
      });
      const body = await receiveSecret(call.request);
      return present(await secrets.set(whoOf(call), call.params, body));
    },
  });
}

function deleteSecret({ secrets }: Deps): Route {
  return defineRoute({
    ...SHARED,
    operation: 'deleteSecret',
    summary: 'Delete a secret of a Space',
    method: 'DELETE',
    bodyKind: 'json',
    body: z.object({ key: z.string().max(128) }),
    run: async (call) => present(await secrets.delete(whoOf(call), call.params, call.body.key)),
  });
}

function present(secrets: readonly SecretFacts[]): z.input<typeof Listed> {
  return Object.fromEntries(
    secrets.map(({ name, description, updatedAt, expiresAt, lastUsedAt, echoedAt, ...rest }) => [
      name,
      {
        ...{ key: name, ...rest, updatedAt: updatedAt.toISOString() },
        ...(description !== '' && { description }),
        expiresAt: expiresAt?.toISOString() ?? null,
        lastUsedAt: lastUsedAt?.toISOString() ?? null,
        echoedAt: echoedAt?.toISOString() ?? null,
      },
    ]),
  );
}
