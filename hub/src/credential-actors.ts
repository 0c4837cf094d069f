// Who acts through a credential that something names, as far as that is still so.
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { type Actor } from '#modules/access';
import { type Sessions } from '#modules/sessions';
import { writableOf, type Authentication, type Writable } from '#modules/tokens';

/** Finds the actor behind the reference of a credential; `undefined` where it ended, or its account may not act. */
export function openActors({
  authentication,
  sessions,
}: {
  readonly authentication: Pick<Authentication, 'authenticateParent'>;
  readonly sessions: Pick<Sessions, 'findById'>;
}): (credential: string) => Promise<Actor | undefined> {
  return async (credential) => {
    const [kind, id] = credential.split(':') as [string, Id];
    if (kind === 'session') return (await sessions.findById(id))?.actor;
    if (kind !== 'token') return undefined;
    try {
      return (await authentication.authenticateParent(id)).actor;
    } catch (error) {
      if (isFault(error)) return undefined;
      throw error;
    }
  };
}

/** Finds what may be written with a token now; nothing with one that is not live. */
export function openReach({
  authentication,
}: {
  readonly authentication: Pick<Authentication, 'authenticateParent'>;
}): (token: Id) => Promise<readonly Writable[]> {
  return async (token) => {
    try {
      return writableOf(await authentication.authenticateParent(token));
    } catch (error) {
      if (isFault(error) && error.code === 'token.rejected') return [];
      throw error;
    }
  };
}
