// `POST /api/{type}/{namespace}/{name}/preupload/{revision}`: how each file is to be sent.
import { z } from 'zod';
import { pullRequestsMissing, type Preupload } from '#modules/content';
import { defineRoute, type Route } from '../../route/route.ts';
import { Flag } from '../query.ts';
import { addressOf, RepoParams } from '../repos/names.ts';
import { decodeContent } from './long-text.ts';
import { revisionRest } from './rest.ts';

/** Files in one request; clients send 256. */
const MAX_FILES = 1000;
/** Base64 of the 512 bytes that clients send, with room for those that send more. */
const MAX_SAMPLE = 8192;

const Body = z.object({
  files: z
    .array(
      z.object({
        path: z.string(),
        size: z.number().int().nonnegative(),
        sample: z.string().max(MAX_SAMPLE).default(''),
      }),
    )
    .max(MAX_FILES),
  gitAttributes: z.string().nullish(),
  gitIgnore: z.string().nullish(),
});

/** Tells a client how to send files. */
export function preuploadFiles({ preupload }: { preupload: Preupload }): Route {
  return defineRoute({
    operation: 'preuploadFiles',
    summary: 'Ask how files are to be uploaded',
    method: 'POST',
    path: '/api/{type}/{namespace}/{name}/preupload/*',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams.extend({ '*': z.string() }),
    query: z.object({ create_pr: Flag }),
    bodyKind: 'json',
    body: Body,
    output: z.object({
      commitOid: z.string(),
      files: z.array(
        z.object({
          path: z.string(),
          uploadMode: z.enum(['lfs', 'regular']),
          shouldIgnore: z.boolean(),
          oid: z.string().optional(),
        }),
      ),
    }),
    async run(call) {
      const { actor, body, query, request } = call;
      if (query.create_pr) throw pullRequestsMissing();
      const { commit, files } = await preupload.decide(actor, addressOf(call), {
        revision: revisionRest(request),
        files: body.files.map((file) => ({ ...file, sample: decodeContent(file.sample, 'base64') })),
        gitAttributes: body.gitAttributes ?? undefined,
        gitIgnore: body.gitIgnore ?? undefined,
      });
      return {
        commitOid: commit,
        files: files.map(({ oid, ...file }) => (oid === undefined ? file : { ...file, oid })),
      };
    },
  });
}
