// An entry of the ledger and its proof, as a page shows them.
import { type PageCall } from '@holdfast/hub/surfaces/web/pages';
import { bodyOf } from './entries.ts';

type Ledger = PageCall['hub']['centre']['ledger'];
type Found = Awaited<ReturnType<Ledger['get']>>;
type Proved = Awaited<ReturnType<Ledger['prove']>>;

/** The entry, to be read. */
export function shownEntry(entry: Found) {
  return {
    ...{ ...entry, body: bodyOf(entry.body) },
    ...{ personal: Object.entries(entry.personal), doubted: Object.entries(entry.doubted) },
  };
}

/** The proof with a link that carries it; or that it is not signed yet, or not for who asks. */
export async function shownProof(call: PageCall, prove: () => Promise<Proved>) {
  const proof = await prove().catch((error: unknown) => {
    const refusal = call.refusalOf(error);
    if (refusal === undefined) throw error;
    return refusal.code;
  });
  if (typeof proof === 'string')
    return { signed: false, withheld: proof === 'ledger.proof-withheld' } as const;
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
