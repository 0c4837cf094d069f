// `POST /admin/mail/check`
import { z } from 'zod';
import { type Delivery } from '#modules/mail';
import { defineRoute, type Route } from '../route/route.ts';

/** Connects to the mail server and signs in; sends nothing. */
export function checkMail({ delivery }: { readonly delivery: Delivery }): Route {
  return defineRoute({
    operation: 'adminCheckMail',
    summary: 'See whether the mail server lets us in',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/mail/check',
    params: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.object({}),
    run: async ({ actor }) => {
      await delivery.check(actor);
      return {};
    },
  });
}
