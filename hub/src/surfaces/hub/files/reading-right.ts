// The right under which a download goes on.
import { type Actor } from '#modules/access';
import { type Repo, type Repos } from '#modules/repos';
import { type Authentication, type Session } from '#modules/tokens';
import { type StreamRight } from '../../http/live-streams.ts';

/** The right of a caller who was let in to read a repository's files. */
export function readingRight(
  deps: { readonly authentication: Authentication; readonly repos: Repos },
  by: { readonly actor: Actor; readonly session: Session | undefined },
  repo: Repo,
): StreamRight {
  const { actor, session } = by;
  const tokenId = session?.token.id;
  return {
    key: `read/${tokenId ?? ''}/${repo.id}`,
    expiresAt: session?.token.expiresAt ?? null,
    check: async () => {
      const now =
        tokenId === undefined ? actor : (await deps.authentication.authenticateParent(tokenId)).actor;
      const present = await deps.repos.findById(repo.id);
      if (present === undefined) throw new Error('the repository is gone');
      await deps.repos.get(now, present, 'read');
    },
  };
}
