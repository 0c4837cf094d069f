// One entry of the ledger with all that it says, and the proof that it is in the signed tree.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit, show } from '../../../../lib/call.ts';
import { bodyOf, rowsOf } from '../../../../lib/security/entries.ts';

export async function load(event: ServerLoadEvent) {
  const { actor } = requireVisit(event);
  const call = callOf(event);
  const { ledger } = call.hub.centre;
  const hash = event.params['hash'] ?? '';
  return await show(event, async () => {
    const entry = await ledger.get(actor, hash);
    const [row] = await rowsOf(call, [entry]);
    return {
      entry: { ...entry, body: bodyOf(entry.body), personal: Object.entries(entry.personal) },
      names: { actor: row?.actorName ?? '', subject: row?.subjectName ?? '' },
      proof: event.url.searchParams.has('prove') ? await prove() : undefined,
    };
  });

  async function prove() {
    const proof = await ledger.prove(actor, hash).catch((error: unknown) => {
      if (call.refusalOf(error) === undefined) throw error;
      return undefined;
    });
    if (proof === undefined) return { signed: false } as const;
    const text = `${JSON.stringify(proof)}\n`;
    return {
      signed: true,
      ...{ index: proof.index, note: proof.note, count: proof.path.length },
      size: Number(proof.note.split('\n')[1]),
      name: `entry-${String(proof.index)}.json`,
      // Carried by the link itself: no other address has to know who may have it.
      href: `data:application/json;base64,${Buffer.from(text).toString('base64')}`,
    } as const;
  }
}
