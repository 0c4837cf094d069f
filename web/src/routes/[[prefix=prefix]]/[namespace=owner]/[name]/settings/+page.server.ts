// The settings of a repository, for who administers it: who sees it, what it is called, and its end.
import { fail, redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit, show } from '../../../../../lib/call.ts';
import { listPath, repoPath } from '../../../../../lib/repo/address.ts';
import { addressOf, openRepo, presentHead } from '../../../../../lib/repo/open.ts';

export async function load(event: ServerLoadEvent) {
  const { account, memberships, actor } = requireVisit(event);
  const repo = await openRepo(event);
  // Whoever may know of it and not change it hears so in the words of the API.
  await show(event, () => callOf(event).hub.repos.get(actor, addressOf(event), 'administer'));
  const makers = memberships.filter(({ role }) => role !== 'read').map(({ orgName }) => orgName);
  return {
    repo: presentHead(event, repo),
    owners: [...new Set([repo.namespace, account.name, ...makers])],
  };
}

const VISIBILITIES = ['public', 'private', 'protected'] as const;

export const actions = {
  visibility: async (event: RequestEvent) => {
    requireVisit(event);
    const { hub, form, who } = callOf(event);
    const visibility = VISIBILITIES.find((one) => one === field(form, 'visibility'));
    const outcome = await attempt(event, async () => {
      if (visibility !== undefined) await hub.changes.changeSettings(who, addressOf(event), { visibility });
      return undefined;
    });
    if (outcome === undefined) redirect(303, event.url.pathname);
    return outcome;
  },
  move: async (event: RequestEvent) => {
    requireVisit(event);
    const { hub, form, who } = callOf(event);
    const to = { namespace: field(form, 'namespace'), name: field(form, 'name').trim() };
    const outcome = await attempt(
      event,
      async () => {
        const moved = await hub.changes.move(who, addressOf(event), to);
        return repoPath(moved.type, moved);
      },
      to,
    );
    if (typeof outcome === 'string') redirect(303, `${outcome}/settings`);
    return outcome;
  },
  delete: async (event: RequestEvent) => {
    requireVisit(event);
    const { hub, form, who } = callOf(event);
    const address = addressOf(event);
    if (field(form, 'typed').trim() !== `${address.namespace}/${address.name}`)
      return fail(400, { differs: true });
    const outcome = await attempt(event, async () => {
      await hub.changes.delete(who, address);
      return undefined;
    });
    if (outcome === undefined) redirect(303, listPath(address.type));
    return outcome;
  },
};
