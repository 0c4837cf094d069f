// Where the Xet protocol is served, and what its tokens are told with.
import { tokenOf, type Actor, type ProvenRun } from '#modules/access';
import { type Repo } from '#modules/repos';
import { signAccess, type Scopes, type XetAct } from '#modules/xet';
import { type Clock } from '@holdfast/kernel/clock';
import { type Keys } from '@holdfast/platform/keys';
import { apiUrl } from '../hub/repos/names.ts';

/** What a client needs to speak Xet for one repository. */
export interface XetSession {
  readonly casUrl: string;
  readonly accessToken: string;
  /** Unix seconds. */
  readonly exp: number;
}

/** What making one needs. */
export interface SessionDeps {
  readonly keys: Keys;
  readonly clock: Clock;
  readonly scopes: Scopes;
}

/** How long a token is good, in seconds. A client renews it half a minute ahead, and fails for good when it is late. */
const SESSION_SECONDS = 30 * 60;

/** A session for a repository that the actor may read, or write. */
export async function openSession(
  deps: SessionDeps,
  wish: {
    readonly actor: Actor;
    readonly run: ProvenRun;
    readonly repo: Repo;
    readonly act: XetAct;
    readonly baseUrl: string;
  },
): Promise<XetSession> {
  const { actor, run, repo, act, baseUrl } = wish;
  const scope = await deps.scopes.of(repo);
  const exp = Math.floor(deps.clock.now().getTime() / 1000) + SESSION_SECONDS;
  const tokenId = tokenOf(actor);
  const accessToken = signAccess(deps.keys, {
    act,
    repoId: repo.id,
    scopeId: scope.id,
    tokenId,
    run,
    expires: exp,
  });
  return { casUrl: casUrlOf(baseUrl, scope), accessToken, exp };
}

/** Where a scope is served. Clients remember what they sent under this very text. */
export function casUrlOf(
  baseUrl: string,
  scope: { readonly id: string; readonly generation: number },
): string {
  return `${baseUrl}/xet/${scope.id}/${scope.generation}`;
}

/** Where a token for a repository is to be had. */
export function tokenUrlOf(
  baseUrl: string,
  repo: Pick<Repo, 'type' | 'namespace' | 'name'>,
  wish: { readonly act: XetAct; readonly revision: string },
): string {
  return `${apiUrl(baseUrl, repo.type, repo)}/xet-${wish.act}-token/${encodeURIComponent(wish.revision)}`;
}

/** The headers of a session, for clients that read no body. */
export function sessionHeaders({ casUrl, accessToken, exp }: XetSession): Record<string, string> {
  return {
    'X-Xet-Cas-Url': casUrl,
    'X-Xet-Access-Token': accessToken,
    'X-Xet-Token-Expiration': String(exp),
  };
}
