// Who sends files from a page: a browser in which somebody is signed in, and a page of ours that asks. Whatever is sent goes on
// for as long as the session lasts and its user may write.
import { type IncomingMessage } from 'node:http';
import { type Actor, type Who } from '#modules/access';
import { repoMissing, type Repo, type Repos } from '#modules/repos';
import { type Sessions, type Visit } from '#modules/sessions';
import { type StreamRight } from '../http/live-streams.ts';
import { signInNeeded } from '../route/faults.ts';
import { findCookie } from './cookies.ts';

/** What finding the sender needs. */
export interface WriterDeps {
  readonly sessions: Sessions;
  readonly repos: Repos;
}

/** Somebody who sends from a page. */
export interface PageWriter {
  readonly visit: Visit;
  readonly actor: Actor;
  /** Asked again by what had to wait. */
  readonly who: Who;
  readonly right: (repo: Repo) => StreamRight;
}

/** Who sends. Throws `request.sign-in-needed` where nobody is signed in. */
export async function getPageWriter(
  deps: WriterDeps,
  { request, baseUrl }: { readonly request: IncomingMessage; readonly baseUrl: string },
): Promise<PageWriter> {
  const value = findCookie('session', request.headers.cookie, baseUrl);
  const visit = value === undefined ? undefined : await deps.sessions.find(value);
  if (visit === undefined) throw signInNeeded();
  const { id, expiresAt } = visit.session;
  const who = async (): Promise<Actor> => {
    const now = await deps.sessions.findById(id);
    if (now === undefined) throw signInNeeded();
    return now.actor;
  };
  const right = (repo: Repo): StreamRight => ({
    key: `page-write/${id}/${repo.id}`,
    expiresAt,
    endsSilently: true,
    check: async () => {
      const present = await deps.repos.findById(repo.id);
      if (present === undefined) throw repoMissing();
      await deps.repos.get(await who(), present, 'write');
    },
  });
  return { visit, actor: visit.actor, who, right };
}
