// The URLs of signed links, and what must still be true when one is used.
import { type IncomingMessage } from 'node:http';
import { type Clock } from '@holdfast/kernel/clock';
import { isFault } from '@holdfast/kernel/fault';
import { type Keys } from '@holdfast/platform/keys';
import { type Actor, type ProvenRun } from '#modules/access';
import { linkEnded, linkInvalid, signLink, verifyLink, type Link, type LinkClaim } from '#modules/blobs';
import { type Repo, type Repos } from '#modules/repos';
import { type Authentication, type Session } from '#modules/tokens';
import { type StreamRight } from '../http/live-streams.ts';
import { runOf, withinRun, type RunSource } from '../http/run-of.ts';

/** What links need. */
export interface LinkDeps {
  readonly keys: Keys;
  readonly clock: Clock;
  readonly authentication: Authentication;
  readonly repos: Repos;
  /** A link that was given out while anonymous readers were let in opens nothing once they are not. */
  readonly anonymousMayRead: boolean;
  readonly runProofs: RunSource;
}

/** A link that was opened: who stands behind it, and the repository it is for. */
export interface OpenedLink {
  readonly link: Link;
  /** For which it was opened. */
  readonly run: ProvenRun;
  readonly actor: Actor;
  readonly session: Session | undefined;
  readonly repo: Repo;
}

/**
 * How long a link can be used, in seconds. A batch may name hundreds of files that a slow line takes hours to send; the
 * token behind the link can be revoked at any moment, so that a long life costs little.
 */
export const LINK_SECONDS = 6 * 3600;

/** The URL of a link. */
export function linkUrl(deps: LinkDeps, baseUrl: string, wish: Omit<Link, 'expires'>): string {
  const expires = Math.floor(deps.clock.now().getTime() / 1000) + LINK_SECONDS;
  return `${baseUrl}${pathOf(wish)}?${signLink(deps.keys, { ...wish, expires })}`;
}

function pathOf({ act, repoId, sha256, upload, part }: Omit<Link, 'expires'>): string {
  const object = `/lfs/uploads/${repoId}/${sha256}`;
  switch (act) {
    case 'store':
      return object;
    case 'store-part':
      return `${object}/parts/${upload}/${part}`;
    case 'complete':
      return `${object}/complete/${upload}`;
    case 'verify':
      return `${object}/verify`;
    case 'fetch':
      return `/lfs/objects/${repoId}/${sha256}`;
  }
}

/**
 * Opens a link for a call from an address. Throws `link.invalid`, `link.expired`, `link.ended` when the token behind it is
 * not live, `token.address-refused`, and what `Repos.get` throws when its owner may no longer do this.
 */
export async function openLink(
  deps: LinkDeps,
  claim: LinkClaim,
  { request, address }: { readonly request: IncomingMessage; readonly address: string },
): Promise<OpenedLink> {
  const run = await runOf(deps, request, linkInvalid);
  const link = verifyLink(deps.keys, claim, { now: deps.clock.now(), run });
  const { actor, session } = await ownerOf(deps, link);
  // What was made from a token is accepted from where the token is.
  if (session !== undefined) deps.authentication.requireAddress(session, address);
  return { link, run, actor, session, repo: await repoOf(deps, link, actor) };
}

/** The right under which a stream that began with this link may go on. */
export function rightOf(deps: LinkDeps, { link, run, session }: OpenedLink): StreamRight {
  const right: StreamRight = {
    key: `${link.act === 'fetch' ? 'read' : 'write'}/${link.tokenId}/${link.repoId}`,
    check: async () => await repoOf(deps, link, (await ownerOf(deps, link)).actor),
    expiresAt: session?.token.expiresAt ?? null,
  };
  return withinRun(deps, run, { right, refusal: linkEnded });
}

async function ownerOf(deps: LinkDeps, link: Link): Promise<{ actor: Actor; session: Session | undefined }> {
  // Only an anonymous reader gets a link without a token; what they may read is asked again below.
  if (link.tokenId === '') {
    if (link.act !== 'fetch') throw linkInvalid();
    return { actor: { kind: 'anonymous', mayReadPublic: deps.anonymousMayRead }, session: undefined };
  }
  try {
    const session = await deps.authentication.authenticateParent(link.tokenId);
    return { actor: session.actor, session };
  } catch (error) {
    throw isFault(error, 'token.rejected') ? linkEnded() : error;
  }
}

async function repoOf(deps: LinkDeps, link: Link, actor: Actor): Promise<Repo> {
  const repo = await deps.repos.findById(link.repoId);
  if (repo === undefined) throw linkEnded();
  // Asked by its present name: the repository may have moved since, and its owner's rights with it.
  return await deps.repos.get(actor, repo, link.act === 'fetch' ? 'read' : 'write');
}
