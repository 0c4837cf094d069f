// The second factor of an account: set up, confirmed, removed; its recovery codes, shown once.
import { type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit } from '../../../lib/call.ts';
import { qrPath } from '../../../lib/qr/code.ts';

function namesOf(event: RequestEvent) {
  return { user: requireVisit(event).account.name, host: event.url.host };
}

export async function load(event: ServerLoadEvent) {
  const { account } = requireVisit(event);
  const { hub } = callOf(event);
  const { confirmedAt, isBegun, codesLeft } = await hub.secondFactors.standing(account.id);
  const withheld = await hub.orgPolicies.listWithheld(account.id);
  return { confirmedAt, isBegun, codesLeft, withheld: withheld.map(({ orgName }) => orgName) };
}

export const actions = {
  begin: async (event: RequestEvent) => {
    const { actor, account } = requireVisit(event);
    return await attempt(event, async () => {
      // Shown in this answer, and never again: nobody can be asked for it.
      const setup = await callOf(event).hub.secondFactors.begin(actor, account.id, namesOf(event));
      return { setup: { ...setup, picture: qrPath(setup.address) } };
    });
  },
  confirm: async (event: RequestEvent) => {
    const { actor, account } = requireVisit(event);
    const { hub, form } = callOf(event);
    return await attempt(event, async () => ({
      codes: await hub.secondFactors.confirm(actor, account.id, field(form, 'code')),
    }));
  },
  codes: async (event: RequestEvent) => {
    const { actor, account } = requireVisit(event);
    return await attempt(event, async () => ({
      codes: await callOf(event).hub.secondFactors.renewCodes(actor, account.id),
    }));
  },
  remove: async (event: RequestEvent) => {
    const { actor, account } = requireVisit(event);
    return await attempt(event, async () => {
      await callOf(event).hub.secondFactors.remove(actor, account.id);
      return { removed: true };
    });
  },
};
