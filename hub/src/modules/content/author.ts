// Who a commit says made it. The address is nobody's: mail addresses of users are not shown in history for ever.
import { type Actor } from '#modules/access';

/** Name and address of the actor in commits. */
export function authorOf(actor: Actor, host: string): { name: string; email: string } {
  const name = actor.kind === 'user' ? actor.name : 'system';
  return { name, email: `${name}@users.noreply.${host}` };
}
