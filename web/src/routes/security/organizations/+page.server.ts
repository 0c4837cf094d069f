// The organisations that somebody administers, each with rooms of its own.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { requireVisit } from '../../../lib/call.ts';
import { ownedBy } from '../../../lib/security/org.ts';
import { orgBase } from '../../../lib/security/places.ts';

export function load(event: ServerLoadEvent) {
  return { organizations: ownedBy(requireVisit(event)).map((name) => ({ name, path: orgBase(name) })) };
}
