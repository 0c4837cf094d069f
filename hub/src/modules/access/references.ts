// How an actor is named in the ledger.
import { type Actor } from './model.ts';

/** Who acted, as the ledger names them. */
export function actorReference(actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return `user:${actor.userId}`;
    case 'operator':
      return 'operator';
    case 'system':
      return `system:${actor.part}`;
    case 'anonymous':
      return 'anonymous';
  }
}

/** Through what they acted, or empty. */
export function credentialReference(actor: Actor): string {
  return actor.kind === 'user' ? `token:${actor.tokenId}` : '';
}

/** Both references, in the fields an entry wants. */
export function referencesOf(actor: Actor): { actor: string; credential: string } {
  return { actor: actorReference(actor), credential: credentialReference(actor) };
}

/** The personal fields of an operator; empty for everyone else. Who sat at the machine enters only as commitments. */
export function operatorFields(actor: Actor): Record<string, string> {
  return actor.kind === 'operator'
    ? { osUser: actor.osUser, terminal: actor.terminal, command: actor.command }
    : {};
}
