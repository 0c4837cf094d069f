// The passkeys of an account: added by a device, listed, removed.
import { type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit, show } from '../../../lib/call.ts';
import { siteOf } from '../../../lib/site.ts';

export async function load(event: ServerLoadEvent) {
  const { actor, account } = requireVisit(event);
  const call = callOf(event);
  const { passkeys } = call.hub;
  const all = await show(event, () => passkeys.list(actor, account.id));
  // Asked of who has proved lately who they are; others do that first.
  const asked = await passkeys.askNew(actor, account, siteOf(event.url)).catch((error: unknown) => {
    if (call.refusalOf(error) === undefined) throw error;
    return undefined;
  });
  if (asked !== undefined) call.keepNote('challenge', asked.note);
  return {
    options: asked?.options,
    passkeys: all.map(({ id, name, created_at: createdAt, used_at: usedAt }) => ({
      id,
      name,
      createdAt,
      usedAt,
    })),
  };
}

export const actions = {
  add: async (event: RequestEvent) => {
    const { actor, account } = requireVisit(event);
    const call = callOf(event);
    return await attempt(event, async () => {
      const [response, name] = [field(call.form, 'response'), field(call.form, 'name')];
      const note = call.findNote('challenge');
      await call.hub.passkeys.add(actor, account.id, { response, name, note, site: siteOf(event.url) });
      return { added: true };
    });
  },
  remove: async (event: RequestEvent) => {
    const { actor, account } = requireVisit(event);
    const { hub, form } = callOf(event);
    return await attempt(event, async () => {
      await hub.passkeys.remove(actor, account.id, field(form, 'id') as typeof account.id);
      return { removed: true };
    });
  },
};
