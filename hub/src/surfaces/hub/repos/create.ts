// `POST /api/repos/create`
import { z } from 'zod';
import { REPO_TYPES } from '#modules/access';
import { type RepoChanges } from '#modules/repos';
import { type Spaces } from '#modules/spaces';
import { inputInvalid } from '../../route/faults.ts';
import { decodeContent } from '../content/long-text.ts';
import { defineRoute, type Route } from '../../route/route.ts';
import { parseRepoId, repoUrl, tellingWhere } from './names.ts';
import { beginningOf, OtherOptions, refuseOtherOptions, VisibilityWish, visibilityOf } from './wishes.ts';

const File = z.object({
  path: z.string().max(4096),
  content: z.string(),
  encoding: z.enum(['utf-8', 'base64']).default('utf-8'),
});

const Body = z.object({
  ...VisibilityWish.shape,
  ...OtherOptions.shape,
  name: z.string().max(200),
  organization: z.string().max(100).nullish(),
  type: z.enum(REPO_TYPES).nullish(),
  license: z.string().max(100).nullish(),
  sdk: z.enum(['gradio', 'streamlit', 'docker', 'static']).nullish(),
  files: z.array(File).max(100).nullish(),
});

/** Makes a repository; 409 with the `url` of what is there already. */
export function createRepo({ changes, spaces }: { changes: RepoChanges; spaces: Spaces }): Route {
  return defineRoute({
    operation: 'createRepo',
    summary: 'Create a repository',
    method: 'POST',
    path: '/api/repos/create',
    access: 'user',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json',
    body: Body,
    output: z.object({ url: z.string(), id: z.string(), name: z.string(), private: z.boolean() }),
    async run({ actor, session, body, baseUrl }) {
      const type = body.type ?? 'model';
      refuseOtherOptions(body, type);
      const beginning = await beginningOf(spaces, { actor, type }, body);
      const own = body.organization ?? session.account.name;
      const name = parseRepoId(body.name, own);
      const visibility = visibilityOf(body);
      const extras = { sdk: body.sdk ?? null, licence: body.license ?? null, files: filesOf(body) };
      const repo = await tellingWhere(
        baseUrl,
        type,
        changes.create(actor, { type, ...name, visibility, ...extras, beginning }),
      );
      const id = `${repo.namespace}/${repo.name}`;
      return {
        url: repoUrl(baseUrl, type, repo),
        id: repo.id,
        name: id,
        private: repo.visibility === 'private',
      };
    },
  });
}

function filesOf(body: z.output<typeof Body>): Readonly<Record<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const { path, content, encoding } of body.files ?? []) {
    if (files.has(path)) throw inputInvalid(`the file ${JSON.stringify(path)} is given twice.`);
    files.set(path, decodeContent(content, encoding));
  }
  return Object.fromEntries(files);
}
