// For whom the rooms are that stand beside each: what is offered; who may is decided by the hub.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { ownedBy } from '../../lib/security/org.ts';
import { requireVisit } from '../../lib/call.ts';

export function load(event: ServerLoadEvent) {
  const visit = requireVisit(event);
  const owned = ownedBy(visit);
  const org = event.params['org'];
  return {
    overseer: {
      ...{ oversees: visit.account.administrator, owned },
      org: owned.find((name) => name === org),
    },
  };
}
