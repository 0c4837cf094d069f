// The right under which a download or an upload goes on.
import { type Actor, type RepoAction } from '#modules/access';
import { repoMissing, type Repo, type Repos } from '#modules/repos';
import { type Authentication, type Session } from '#modules/tokens';
import { type StreamRight } from '../http/live-streams.ts';

/** What asking for rights again needs. */
export interface RightDeps {
  readonly authentication: Authentication;
  readonly repos: Repos;
}

/** The right of a caller who was let in to read a repository's files, or to write them. */
export function callerRight(
  deps: RightDeps,
  by: { readonly actor: Actor; readonly session: Session | undefined },
  to: { readonly repo: Repo; readonly action: Extract<RepoAction, 'read' | 'write'> },
): StreamRight {
  const { actor, session } = by;
  const { repo, action } = to;
  const tokenId = session?.token.id;
  return {
    key: `${action}/${tokenId ?? ''}/${repo.id}`,
    expiresAt: session?.token.expiresAt ?? null,
    check: async () => {
      const now =
        tokenId === undefined ? actor : (await deps.authentication.authenticateParent(tokenId)).actor;
      const present = await deps.repos.findById(repo.id);
      if (present === undefined) throw repoMissing();
      await deps.repos.get(now, present, action);
    },
  };
}
