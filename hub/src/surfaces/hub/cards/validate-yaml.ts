// `POST /api/validate-yaml`, called by clients before every commit with a README
import { z } from 'zod';
import { REPO_TYPES, type RepoType } from '#modules/access';
import { parseCard } from '#modules/cards';
import { defineRoute, type Route } from '../../route/route.ts';

const Messages = z.array(z.object({ message: z.string() }));

/** Checks the metadata of a README. Always answers JSON: clients read the body before the status. */
export function validateYaml(): Route {
  return defineRoute({
    operation: 'validateYaml',
    summary: 'Check the metadata of a README',
    method: 'POST',
    path: '/api/validate-yaml',
    access: 'anyone',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json',
    bodyHoldsFile: true,
    body: z.object({ content: z.string(), repoType: z.string().nullish() }),
    output: z.object({ errors: Messages, warnings: Messages }),
    run({ body, reply }) {
      const { errors, warnings } = parseCard(body.content, repoTypeOf(body.repoType));
      // Clients read the messages of a 400 from this very shape.
      if (errors.length > 0) {
        const text = errors.map((one) => one.message).join(' ');
        reply.raw.setHeader('x-error-code', 'CardInvalid');
        reply.raw.setHeader('x-error-message', text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 500));
        reply.raw.statusCode = 400;
      }
      return Promise.resolve({ errors: present(errors), warnings: present(warnings) });
    },
  });
}

function repoTypeOf(text: string | null | undefined): RepoType | undefined {
  return REPO_TYPES.find((type) => type === text);
}

function present(notices: readonly { readonly message: string }[]): { message: string }[] {
  return notices.map(({ message }) => ({ message }));
}
