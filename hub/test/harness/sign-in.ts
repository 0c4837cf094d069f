// Signs people in to a served hub, past its pages.
import { isFault } from '@holdfast/kernel/fault';
import { type SignedIn, type Visit } from '../../src/modules/sessions/index.ts';
import { OPERATOR, type ServedHub } from './served-hub.ts';

/** The password of everybody. */
export const PASSWORD = 'a long enough password';
/** A browser that nobody has used. */
export const BROWSER = { address: '192.0.2.1', client: 'Test/1.0', known: undefined };

/** Signs a user in, and makes them first where there is none of that name. */
export async function signInAs(hub: ServedHub, name: string): Promise<SignedIn> {
  const { identity, signIn } = hub.modules;
  if ((await identity.findByName(name)) === undefined)
    await identity
      .createUser(OPERATOR, { name, email: `${name}@example.org`, administrator: false, password: PASSWORD })
      .catch((error: unknown) => {
        if (!isFault(error, 'account.name-taken')) throw error;
      });
  const outcome = await signIn.withPassword({ name, password: PASSWORD }, BROWSER);
  if (outcome.kind !== 'signed-in') throw new Error(`${name} has a second factor`);
  return outcome.signedIn;
}

/** A user who is signed in with a fresh session. */
export async function visitAs(hub: ServedHub, name: string): Promise<Visit> {
  const { value } = await signInAs(hub, name);
  const visit = await hub.modules.sessions.find(value.reveal('to act as a browser does'));
  if (visit === undefined) throw new Error(`${name} could not sign in`);
  return visit;
}
