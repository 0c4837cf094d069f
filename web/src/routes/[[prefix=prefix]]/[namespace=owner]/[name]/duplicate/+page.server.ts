// Copies a Space, for whoever may read its files.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit } from '../../../../../lib/call.ts';
import { repoPath } from '../../../../../lib/repo/address.ts';
import { addressOf, openRepo, presentHead } from '../../../../../lib/repo/open.ts';
import { makersOf, VISIBILITIES } from '../../../../../lib/space/making.ts';

export async function load(event: ServerLoadEvent) {
  const visit = requireVisit(event);
  const repo = await openRepo(event);
  return { repo: presentHead(event, repo), owners: makersOf(visit), visibilities: [...VISIBILITIES] };
}

export const actions = {
  default: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const { hub, form, who } = callOf(event);
    const typed = Object.fromEntries(
      ['namespace', 'name', 'visibility'].map((name) => [name, field(form, name).trim()]),
    );
    const outcome = await attempt(
      event,
      async () => {
        const made = await hub.changes.duplicate(who, {
          from: addressOf(event),
          to: { namespace: typed['namespace'] ?? '', name: typed['name'] ?? '' },
          visibility: VISIBILITIES.find((one) => one === typed['visibility']) ?? 'private',
          beginning: await hub.spaces.beginning(actor, { variables: [] }),
        });
        return repoPath('space', made);
      },
      typed,
    );
    if (typeof outcome === 'string') redirect(303, outcome);
    return outcome;
  },
};
