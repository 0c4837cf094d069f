// `POST /api/repos/create`
import { z } from 'zod';
import { REPO_TYPES } from '#modules/access';
import { hardwareUnavailable, type RepoChanges } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { parseRepoId, repoUrl, tellingWhere } from './names.ts';

const File = z.object({
  path: z.string().max(4096),
  content: z.string(),
  encoding: z.enum(['utf-8', 'base64']).default('utf-8'),
});

const Body = z.object({
  name: z.string().max(200),
  organization: z.string().max(100).nullish(),
  type: z.enum(REPO_TYPES).nullish(),
  visibility: z.enum(['public', 'private', 'protected']).nullish(),
  private: z.boolean().nullish(),
  license: z.string().max(100).nullish(),
  sdk: z.enum(['gradio', 'streamlit', 'docker', 'static']).nullish(),
  hardware: z.string().nullish(),
  storageTier: z.string().nullish(),
  files: z.array(File).max(100).nullish(),
  secrets: z.array(z.unknown()).nullish(),
  variables: z.array(z.unknown()).nullish(),
});

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
    body: Body,
    output: z.object({ url: z.string(), id: z.string(), name: z.string(), private: z.boolean() }),
    async run({ actor, session, body, baseUrl }) {
      const type = body.type ?? 'model';
      refuseOptions(body);
      const own = body.organization ?? session?.account.name ?? '';
      const name = parseRepoId(body.name, own);
      const visibility = body.visibility ?? (body.private === true ? 'private' : 'public');
      const extras = { sdk: body.sdk ?? null, licence: body.license ?? null, files: filesOf(body) };
      const repo = await tellingWhere(
        baseUrl,
        type,
        changes.create(actor, { type, ...name, visibility, ...extras }),
      );
      const id = `${repo.namespace}/${repo.name}`;
      return { url: repoUrl(baseUrl, type, repo), id: repo.id, name: id, private: visibility === 'private' };
    },
  });
}

function filesOf(body: z.output<typeof Body>): Readonly<Record<string, Buffer>> {
  const files = body.files ?? [];
  return Object.fromEntries(
    files.map(({ path, content, encoding }) => [path, Buffer.from(content, encoding)]),
  );
}

/** What this hub does not offer is refused: dropped silently, a secret would be believed to be stored. */
function refuseOptions(body: z.output<typeof Body>): void {
  if (body.storageTier != null) throw hardwareUnavailable(`storage tier ${body.storageTier}`);
  if (body.hardware != null && body.hardware !== 'cpu-basic') throw hardwareUnavailable(body.hardware);
  if ([...(body.secrets ?? []), ...(body.variables ?? [])].length > 0)
    throw hardwareUnavailable('secrets and variables of Spaces');
}
