// How an actor is named in the ledger.
import { type Id } from '@holdfast/kernel/id';
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
  return actor.kind === 'user' ? `${actor.credential.kind}:${actor.credential.id}` : '';
}

/** The token that what is minted for the actor dies with, or empty: nothing is minted for sessions. */
export function tokenOf(actor: Actor): Id | '' {
  return actor.kind === 'user' && actor.credential.kind === 'token' ? actor.credential.id : '';
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
