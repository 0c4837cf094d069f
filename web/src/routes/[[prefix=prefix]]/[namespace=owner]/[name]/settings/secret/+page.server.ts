// Sets a secret of a Space, or replaces it. The value does not pass through here: the hub hands it to the vault.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, pathOf, requireVisit, show } from '../../../../../../lib/call.ts';
import { addressOf, presentHead } from '../../../../../../lib/repo/open.ts';
import { repoPath } from '../../../../../../lib/repo/address.ts';
import { openOwnSpace } from '../../../../../../lib/space/open.ts';
import { presentSecret } from '../../../../../../lib/space/settings.ts';

export async function load(event: ServerLoadEvent) {
  const { repo, visit } = await openOwnSpace(event);
  const { hub } = callOf(event);
  const name = event.url.searchParams.get('name');
  const secrets = name === null ? [] : await show(event, () => hub.secrets.list(visit.actor, repo));
  return {
    repo: presentHead(event, repo),
    replaced: secrets.map(presentSecret).find((secret) => secret.name === name),
    fresh: hub.isFresh(visit),
    here: pathOf(event.url),
  };
}

const FIELDS = ['key', 'description', 'way', 'hosts', 'place', 'expiresAt', 'overlap'] as const;

export const actions = {
  default: async (event: RequestEvent) => {
    requireVisit(event);
    const call = callOf(event);
    const { form } = call;
    const space = addressOf(event);
    const typed = Object.fromEntries(FIELDS.map((name) => [name, field(form, name).trim()]));
    const outcome = await attempt(
      event,
      async () => {
        await call.setSecret(space, wishOf(typed));
        return typed['key'] ?? '';
      },
      typed,
    );
    if (typeof outcome !== 'string') return outcome;
    const back = `${repoPath('space', space)}/settings/app`;
    redirect(303, `${back}?kept=${encodeURIComponent(outcome)}#secrets`);
  },
};

/** What was filled in, as the API names it; what was left empty is left to the vault. */
function wishOf({ key = '', overlap = '', hosts = '', ...texts }: Readonly<Record<string, string>>) {
  const named = hosts.split(/[\s,]+/).filter((host) => host !== '');
  const filled = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
  return {
    key,
    ...filled,
    ...(named.length > 0 && { hosts: named }),
    ...(/^[1-9]\d{0,6}$/.test(overlap) && { overlapSeconds: Number(overlap) }),
  };
}
