// Who stands behind a Xet access token, and what must still be true when one is used.
import { type IncomingMessage } from 'node:http';
import { type Clock } from '@holdfast/kernel/clock';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type Actor, type ProvenRun } from '#modules/access';
import { type Viewer } from '#modules/blobs';
import { type Repo, type Repos } from '#modules/repos';
import { type Authentication, type Session } from '#modules/tokens';
import {
  accessEnded,
  accessInvalid,
  accessNarrow,
  accessOutdated,
  verifyAccess,
  type Scopes,
  type XetAccess,
  type XetAct,
} from '#modules/xet';
import { type StreamRight } from '../http/live-streams.ts';
import { runOf, withinRun, type RunSource } from '../http/run-of.ts';

/** What Xet access needs. */
export interface AccessDeps {
  readonly keys: Keys;
  readonly clock: Clock;
  readonly authentication: Authentication;
  readonly repos: Repos;
  readonly scopes: Scopes;
  /** What was given out while anonymous readers were let in opens nothing once they are not. */
  readonly anonymousMayRead: boolean;
  readonly runProofs: RunSource;
}

/** A token that was checked: who stands behind it, and the repository it is for. */
export interface OpenedAccess {
  readonly access: XetAccess;
  /** The run that asks, for which everything is that is given out. */
  readonly run: ProvenRun;
  readonly actor: Actor;
  readonly session: Session | undefined;
  readonly repo: Repo;
}

/** Where a request says it goes. */
export interface ScopeParams {
  readonly scope: string;
  readonly generation: string;
}

/**
 * Checks the token of a request for this act in the scope of its path. Throws `xet.access-invalid`, `-expired`, `-ended`,
 * `-narrow`, `token.address-refused`, and what `Repos.get` throws when its owner may no longer do this.
 */
export async function openAccess(
  deps: AccessDeps,
  call: { readonly request: IncomingMessage; readonly params: ScopeParams; readonly address: string },
  act: XetAct,
): Promise<OpenedAccess> {
  const run = await runOf(deps, call.request, accessInvalid);
  const access = verifyAccess(deps.keys, bearerOf(call.request), { now: deps.clock.now(), run });
  if (access.scopeId !== call.params.scope) throw accessNarrow();
  if (act === 'write' && access.act !== 'write') throw accessNarrow();
  const { actor, session } = await ownerOf(deps, access.tokenId);
  // What was made from a token is accepted from where the token is.
  if (session !== undefined) deps.authentication.requireAddress(session, call.address);
  const repo = await repoOf(deps, access.repoId, { actor, act });
  if (act === 'write') await requireScope(deps, { access, repo, generation: call.params.generation });
  return { access, run, actor, session, repo };
}

// What a client remembers of an earlier generation may be gone; it forgets it with the address. And a repository that
// has moved to another namespace may have left the scope.
async function requireScope(
  { scopes }: AccessDeps,
  at: { readonly access: XetAccess; readonly repo: Repo; readonly generation: string },
): Promise<void> {
  const scope = await scopes.of(at.repo);
  if (scope.id !== at.access.scopeId || String(scope.generation) !== at.generation) throw accessOutdated();
}

/** How the repository's objects show to whoever opened it. */
export function viewerOf({ repos }: Pick<AccessDeps, 'repos'>, by: { actor: Actor; repo: Repo }): Viewer {
  return { repoId: by.repo.id, mayWrite: repos.mayWrite(by.actor, by.repo) };
}

/** The right under which a body that began with this token may go on. */
export function rightOf(deps: AccessDeps, { access, run, session }: OpenedAccess): StreamRight {
  const { act, tokenId, repoId } = access;
  const right: StreamRight = {
    key: `${act}/${tokenId}/${repoId}`,
    check: async () => await repoOf(deps, repoId, { ...(await ownerOf(deps, tokenId)), act }),
    expiresAt: session?.token.expiresAt ?? null,
  };
  return withinRun(deps, run, { right, refusal: accessEnded });
}

/** Who stands behind a hub token's id. Throws `xet.access-ended`. */
export async function ownerOf(
  deps: Pick<AccessDeps, 'authentication' | 'anonymousMayRead'>,
  tokenId: Id | '',
): Promise<{ actor: Actor; session: Session | undefined }> {
  // Only an anonymous reader's token names none; what they may read is asked of the repository.
  if (tokenId === '')
    return { actor: { kind: 'anonymous', mayReadPublic: deps.anonymousMayRead }, session: undefined };
  try {
    const session = await deps.authentication.authenticateParent(tokenId);
    return { actor: session.actor, session };
  } catch (error) {
    throw isFault(error, 'token.rejected') ? accessEnded() : error;
  }
}

/** The repository, by its present name: it may have moved since, and its owner's rights with it. */
export async function repoOf(
  deps: Pick<AccessDeps, 'repos'>,
  repoId: Id,
  by: { readonly actor: Actor; readonly act: XetAct },
): Promise<Repo> {
  const repo = await deps.repos.findKnown(repoId);
  if (repo === undefined) throw accessEnded();
  return await deps.repos.get(by.actor, repo, by.act);
}

function bearerOf({ headers }: IncomingMessage): string {
  const [, text] = /^Bearer (\S{1,500})$/i.exec(headers.authorization ?? '') ?? [];
  if (text === undefined) throw accessInvalid();
  return text;
}
