// One entry of the ledger with all that it says, and the proof that it is in the signed tree.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit, show } from '../../../../lib/call.ts';
import { rowsOf } from '../../../../lib/security/entries.ts';
import { shownEntry, shownProof } from '../../../../lib/security/proof.ts';

export async function load(event: ServerLoadEvent) {
  const { actor } = requireVisit(event);
  const call = callOf(event);
  const { ledger, everybody, repos } = call.hub.centre;
  const hash = event.params['hash'] ?? '';
  return await show(event, async () => {
    const entry = await ledger.get(actor, hash);
    const [row] = await rowsOf(
      {
        accounts: async (ids) => await everybody.namesOf(actor, ids),
        repos: async (ids) => await repos.namesOf(actor, ids),
      },
      [entry],
    );
    return {
      entry: shownEntry(entry),
      names: { actor: row?.actorName ?? '', subject: row?.subjectName ?? '' },
      proof: event.url.searchParams.has('prove')
        ? await shownProof(call, async () => await ledger.prove(actor, hash))
        : undefined,
    };
  });
}
