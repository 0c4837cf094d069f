// `POST {prefix}/{namespace}/{name}/settings/secret`: the form by which a secret of a Space is set. Its body is taken as bytes, and
// only by who may set one; what it says besides the value is a form like any other's.
import { isFault } from '@holdfast/kernel/fault';
import { z } from 'zod';
import { type Secrets } from '#modules/secrets';
import { RepoParams } from '../hub/repos/names.ts';
import { receiveSecret, wipeRest } from '../hub/spaces/secret-body.ts';
import { defineRoute, type Call, type Route } from '../route/route.ts';
import { findCookie } from './cookies.ts';
import { requireOwnPage, respondWithPage, type PageDeps } from './respond.ts';
import { readSecretForm, type SecretForm } from './secret-form.ts';

/** What setting one needs. */
export type SecretPageDeps = PageDeps & { readonly secrets: Secrets };

type SecretCall = Call<z.output<typeof RepoParams>, unknown, unknown>;

/** The route. Nothing of the value is left when it has answered. */
export function secretPageRoute(deps: SecretPageDeps): Route {
  return defineRoute({
    operation: 'postSecretPage',
    summary: 'A form that holds a secret of a Space',
    method: 'POST',
    path: '/spaces/{namespace}/{name}/settings/secret',
    access: 'page',
    allowance: 'api',
    params: RepoParams,
    query: z.unknown(),
    // Not parsed: only the vault reads the value.
    bodyKind: 'stream',
    checkHead: requireOwnPage,
    body: z.unknown(),
    output: 'stream',
    ownHead: true,
    async run(call) {
      const form = await receive(deps, call);
      try {
        await respondWithPage(deps, call, form);
      } finally {
        form.value.fill(0);
      }
    },
  });
}

/** The form; an empty one from who may not set a secret, whom the page tells so. */
async function receive(deps: SecretPageDeps, { request, baseUrl, params }: SecretCall): Promise<SecretForm> {
  const cookie = findCookie('session', request.headers.cookie, baseUrl);
  const visit = cookie === undefined ? undefined : await deps.pageModules.sessions.find(cookie);
  const may =
    visit !== undefined &&
    (await deps.secrets.requireSetting(visit.actor, params).then(
      () => true,
      (error: unknown) => {
        if (isFault(error)) return false;
        throw error;
      },
    ));
  if (!may) {
    wipeRest(request);
    return { fields: {}, value: new Uint8Array() };
  }
  const body = await receiveSecret(request);
  try {
    return readSecretForm(body);
  } finally {
    body.fill(0);
  }
}
