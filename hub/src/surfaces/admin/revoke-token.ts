// `POST /admin/tokens/{id}/revoke`
import { z } from 'zod';
import { parseId } from '@holdfast/kernel/id';
import { tokenMissing, type Tokens } from '#modules/tokens';
import { RECORDED } from './recorded.ts';
import { defineRoute, type Route } from '../route/route.ts';

/** Revokes a token. */
export function revokeToken({ tokens }: { tokens: Tokens }): Route {
  return defineRoute({
    operation: 'adminRevokeToken',
    summary: 'Revoke a token: it and all that was made from it stop working within a second',
    access: 'operator',
    allowance: 'none',
    method: 'POST',
    path: '/admin/tokens/{id}/revoke',
    params: z.object({ id: z.string() }),
    query: z.unknown(),
    bodyKind: 'json',
    body: z.strictObject({}),
    output: z.object({ id: z.string(), ...RECORDED }),
    async run({ actor, params }) {
      const id = parseId(params.id);
      if (id === undefined) throw tokenMissing(params.id.slice(0, 50));
      const { recorded } = await tokens.revoke(actor, id);
      return { id, recorded };
    },
  });
}
