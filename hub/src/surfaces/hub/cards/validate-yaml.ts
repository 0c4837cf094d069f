// `POST /api/validate-yaml`, called by clients before every commit with a README
import { z } from 'zod';
import { REPO_TYPES, type RepoType } from '#modules/access';
import { parseCard, requireValid } from '#modules/cards';
import { defineRoute, type Route } from '../../route/route.ts';

const Messages = z.array(z.object({ message: z.string() }));

/** Checks the metadata of a README. Clients read `errors` and `warnings` of a 400 as well. */
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
    run({ body }) {
      const card = parseCard(body.content, repoTypeOf(body.repoType));
      requireValid(card);
      return Promise.resolve({ errors: [], warnings: card.warnings.map(({ message }) => ({ message })) });
    },
  });
}

function repoTypeOf(text: string | null | undefined): RepoType | undefined {
  return REPO_TYPES.find((type) => type === text);
}
