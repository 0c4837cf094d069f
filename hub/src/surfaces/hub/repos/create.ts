// `POST /api/repos/create`
import { z } from 'zod';
import { REPO_TYPES } from '#modules/access';
import { hardwareUnavailable, type RepoChanges } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { parseRepoId, repoUrl, tellingWhere } from './names.ts';

/** Makes a repository; 409 with the `url` of what is there already. */
export function createRepo({ changes }: { changes: RepoChanges }): Route {
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
    body: z.object({
      name: z.string().max(200),
      organization: z.string().max(100).nullish(),
      type: z.enum(REPO_TYPES).nullish(),
      visibility: z.enum(['public', 'private', 'protected']).nullish(),
      private: z.boolean().nullish(),
      license: z.string().max(100).nullish(),
      sdk: z.enum(['gradio', 'streamlit', 'docker', 'static']).nullish(),
      hardware: z.string().nullish(),
      storageTier: z.string().nullish(),
    }),
    output: z.object({ url: z.string(), id: z.string(), name: z.string(), private: z.boolean() }),
    async run({ actor, session, body, baseUrl }) {
      const type = body.type ?? 'model';
      if (body.storageTier != null) throw hardwareUnavailable(`storage tier ${body.storageTier}`);
      if (body.hardware != null && body.hardware !== 'cpu-basic') throw hardwareUnavailable(body.hardware);
      const own = body.organization ?? session?.account.name ?? '';
      const name = parseRepoId(body.name, own);
      const visibility = body.visibility ?? (body.private === true ? 'private' : 'public');
      const wish = { type, ...name, visibility, sdk: body.sdk ?? null, licence: body.license ?? null };
      const repo = await tellingWhere(baseUrl, type, changes.create(actor, wish));
      const id = `${repo.namespace}/${repo.name}`;
      return { url: repoUrl(baseUrl, type, repo), id: repo.id, name: id, private: visibility === 'private' };
    },
  });
}
