// `GET /admin/mail`
import { z } from 'zod';
import { LANGUAGES, type KeptMails } from '#modules/mail';
import { defineRoute, type Route } from '../route/route.ts';

/** Lists mail that was not sent, newest first. */
export function listMail({ keptMails }: { readonly keptMails: KeptMails }): Route {
  return defineRoute({
    operation: 'adminListMail',
    summary: 'List mail that was not sent',
    access: 'operator',
    allowance: 'none',
    query: z.object({ language: z.enum(LANGUAGES).optional() }),
    method: 'GET',
    path: '/admin/mail',
    params: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(
      z.object({
        id: z.string(),
        to: z.string(),
        createdAt: z.string(),
        state: z.string(),
        problem: z.string(),
        subject: z.string(),
        text: z.string(),
      }),
    ),
    run: async ({ actor, query }) =>
      (await keptMails.list(actor, query.language)).map((mail) => ({
        ...mail,
        createdAt: mail.createdAt.toISOString(),
      })),
  });
}
