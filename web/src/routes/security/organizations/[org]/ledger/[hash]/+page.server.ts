// One entry of the ledger about what is an organisation's, and the proof that it is in the signed tree.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf } from '../../../../../../lib/call.ts';
import { rowsOf } from '../../../../../../lib/security/entries.ts';
import { showOrg } from '../../../../../../lib/security/org.ts';
import { shownEntry, shownProof } from '../../../../../../lib/security/proof.ts';

export async function load(event: ServerLoadEvent) {
  const call = callOf(event);
  const { orgLedger, orgPeople, repos } = call.hub.centre;
  const hash = event.params['hash'] ?? '';
  return await showOrg(event, async ({ org, actor }) => {
    const entry = await orgLedger.get(actor, org.id, hash);
    const names = {
      accounts: async (ids: readonly string[]) => await orgPeople.namesOf(actor, org.id, ids),
      repos: async (ids: readonly string[]) => await repos.namesIn(actor, org.id, ids),
    };
    const [row] = await rowsOf(names, [entry]);
    return {
      entry: shownEntry(entry),
      names: { actor: row?.actorName ?? '', subject: row?.subjectName ?? '' },
      proof: event.url.searchParams.has('prove')
        ? await shownProof(call, async () => await orgLedger.prove(actor, org.id, hash))
        : undefined,
    };
  });
}
