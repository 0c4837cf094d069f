// `POST /admin/namespaces/{name}/rename`, `POST /admin/namespaces/{name}/delete`
import { z } from 'zod';
import { type Namespaces } from '#modules/repos';
import { defineRoute, type Route } from '../route/route.ts';

const SHARED = {
  access: 'operator',
  allowance: 'none',
  method: 'POST',
  params: z.object({ name: z.string() }),
  query: z.unknown(),
  bodyKind: 'json',
  output: z.object({ name: z.string() }),
} as const;

const Kind = z.enum(['user', 'org']);

/** Renames and deletes users and organisations. */
export function namespaceRoutes({ namespaces }: { readonly namespaces: Namespaces }): Route[] {
  return [
    defineRoute({
      ...SHARED,
      operation: 'adminRenameNamespace',
      summary: 'Give a user or an organization another name; the old one leads there and stays taken',
      path: '/admin/namespaces/{name}/rename',
      body: z.strictObject({ kind: Kind, to: z.string() }),
      async run({ actor, params, body }) {
        const { name } = await namespaces.rename(actor, { kind: body.kind, name: params.name }, body.to);
        return { name };
      },
    }),
    defineRoute({
      ...SHARED,
      operation: 'adminDeleteNamespace',
      summary: 'Delete a user or an organization that has no repositories; its name stays taken',
      path: '/admin/namespaces/{name}/delete',
      body: z.strictObject({ kind: Kind }),
      async run({ actor, params, body }) {
        await namespaces.delete(actor, { kind: body.kind, name: params.name });
        return { name: params.name };
      },
    }),
  ];
}
