// Makes a Space.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { attempt, callOf, field, requireVisit } from '../../../lib/call.ts';
import { repoPath } from '../../../lib/repo/address.ts';
import { makersOf, VISIBILITIES } from '../../../lib/space/making.ts';
import { SDKS, startingFiles } from '../../../lib/space/starting-app.ts';

export function load(event: ServerLoadEvent) {
  return { owners: makersOf(requireVisit(event)), sdks: [...SDKS], visibilities: [...VISIBILITIES] };
}

export const actions = {
  default: async (event: RequestEvent) => {
    const { actor } = requireVisit(event);
    const { hub, form } = callOf(event);
    const typed = Object.fromEntries(
      ['namespace', 'name', 'sdk', 'visibility', 'start'].map((name) => [name, field(form, name).trim()]),
    );
    const sdk = SDKS.find((one) => one === typed['sdk']) ?? 'static';
    const files = typed['start'] === '' ? {} : startingFiles(sdk);
    const outcome = await attempt(
      event,
      async () => {
        const made = await hub.changes.create(actor, {
          type: 'space',
          namespace: typed['namespace'] ?? '',
          name: typed['name'] ?? '',
          sdk,
          licence: null,
          visibility: VISIBILITIES.find((one) => one === typed['visibility']) ?? 'private',
          files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])),
        });
        return repoPath('space', made);
      },
      typed,
    );
    if (typeof outcome === 'string') redirect(303, outcome);
    return outcome;
  },
};
