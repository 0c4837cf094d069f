// `POST /api/validate-yaml`, `GET /api/models-tags-by-type`, `GET /api/datasets-tags-by-type`
import { z } from 'zod';
import { REPO_TYPES, type RepoType } from '#modules/access';
import { parseCard, tagsByType } from '#modules/cards';
import { type Repos } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';

const Messages = z.array(z.object({ message: z.string() }));
const Tag = z.object({ id: z.string(), label: z.string(), type: z.string() });

/** Checks of README metadata, and the tags in use. */
export function cardRoutes({ repos }: { repos: Repos }): Route[] {
  const tagRoute = (type: 'model' | 'dataset'): Route =>
    defineRoute({
      operation: type === 'model' ? 'listModelTags' : 'listDatasetTags',
      summary: `List the tags that ${type}s have, by type of tag`,
      method: 'GET',
      path: `/api/${type}s-tags-by-type`,
      access: 'anyone',
      allowance: 'api',
      params: z.unknown(),
      query: z.unknown(),
      bodyKind: 'none',
      body: z.unknown(),
      output: z.record(z.string(), z.array(Tag)),
      run: async ({ actor }) => tagsByType(type, await repos.listTags(actor, type)),
    });
  return [
    defineRoute({
      operation: 'validateYaml',
      summary: 'Check the metadata of a README',
      method: 'POST',
      path: '/api/validate-yaml',
      access: 'anyone',
      allowance: 'api',
      params: z.unknown(),
      query: z.unknown(),
      bodyKind: 'json',
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
    }),
    tagRoute('model'),
    tagRoute('dataset'),
  ];
}

function repoTypeOf(text: string | null | undefined): RepoType | undefined {
  return REPO_TYPES.find((type) => type === text);
}

function present(notices: readonly { readonly message: string }[]): { message: string }[] {
  return notices.map(({ message }) => ({ message }));
}
