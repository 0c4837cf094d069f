// Whether the database still holds what was signed: asked at every start, and whenever somebody else moved the tree.
import { type Db } from '@holdfast/platform/postgres/database';
import { epochOf, openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { isContinued, type Mapped } from './continued.ts';
import { type Cut, isSameCut, NO_CUT } from './cut.ts';
import { EvidenceReader } from './evidence-store.ts';
import { type UpperTree } from './heads/top.ts';
import { NOTHING } from './heads/trie.ts';
import { type NoteVerifier } from './note.ts';
import { type LastSigned } from './own-folder.ts';
import { type TreeReader } from './tree-store.ts';
import { rootAt } from './tree/proof.ts';
import { TreeEdge } from './tree/tiles.ts';

/**
 * Why nothing is signed any more: entries or heads of chains that were signed are gone, or are others now; or they came out of
 * a backup, and what was signed since may be known elsewhere; or the one place that would know did not tell.
 */
export interface Refusal {
  readonly why: 'behind' | 'changed' | 'restored' | 'untold';
  /** How many entries a checkpoint was signed for. */
  readonly signed: number;
  /** How many of them the database has. */
  readonly found: number;
}

/** A tree that can be continued. */
export interface Standing {
  readonly epoch: number;
  readonly edge: TreeEdge;
  readonly top: UpperTree;
  /** What is cut off. */
  readonly cut: Cut;
}

/** What is known beside the database. */
export interface Known {
  /** The key that signs, by the name of the log. */
  readonly verifier: NoteVerifier;
  readonly last: LastSigned | undefined;
  /** What places told at an earlier start, or after it, when the database was not as one of them said. */
  readonly missed: readonly LastSigned[];
  /** The last checkpoint of each place that has one. */
  readonly exported: readonly Checkpoint[];
}

/** The tree as it stands, or why it must not be continued. */
export async function examine(
  db: Db,
  known: Known,
): Promise<Standing | (Refusal & { readonly epoch: number })> {
  // In one view: another notary of this database may move the tree between two questions, and parts of two trees never
  // give the root of one.
  return await db.snapshot(async (tx) => await examineTree(new EvidenceReader(tx), known));
}

async function examineTree(
  reader: EvidenceReader,
  known: Known,
): Promise<Standing | (Refusal & { readonly epoch: number })> {
  const tree = await reader.getTree();
  const signed = listSigned(known);
  const epoch = Math.max(1, ...signed.map((one) => one.epoch));
  const refuse = (why: Refusal['why'], size: number) => ({ why, signed: size, found: tree.size, epoch });
  const ofEpoch = signed.filter((one) => one.epoch === epoch);
  const ahead = Math.max(0, ...ofEpoch.map((one) => one.size));
  if (ahead > tree.size) return refuse('behind', ahead);
  const edge = await openEdge(reader, tree.size);
  if (edge === undefined || !edge.root().equals(tree.root)) return refuse('changed', ahead);
  const top = await reader.map.openTop();
  if (!top.root().equals(tree.heads)) return refuse('changed', ahead);
  const nodes = reader.nodes();
  for (const { size, root } of ofEpoch) {
    const found = await rootAt(size, nodes).catch(() => undefined);
    if (found === undefined || !found.equals(root)) return refuse('changed', size);
  }
  const stored = await findStored(reader, known.verifier);
  const cut = await reader.getCut();
  // Whoever rules the database could say that what they deleted was cut off.
  if (!mayBeCut(cut, known, stored)) return refuse('changed', tree.size);
  const base = await findBase(reader, known.last, [...ofEpoch, ...(stored ? [stored] : [])]);
  if (base !== undefined && !(await isContinued(reader, base, { edge, top })))
    return refuse('changed', base.edge.size);
  return { epoch, edge, top, cut: { size: cut.size, lanes: cut.lanes } };
}

/**
 * The newest tree whose map of heads was signed: by the own record, by what was exported, or by a checkpoint that the
 * database has, as another notary with this key signs them. A record without a map begins with nothing; without any
 * record there is nothing to hold the database against.
 */
// oxlint-disable-next-line max-params -- where to look, and what was signed
async function findBase(
  reader: TreeReader,
  last: LastSigned | undefined,
  signed: readonly Pick<LastSigned, 'size' | 'root' | 'heads'>[],
): Promise<Mapped | undefined> {
  for (const { size, root, heads } of signed.toSorted((a, b) => b.size - a.size)) {
    if (heads === undefined) continue;
    const edge = await openEdge(reader, size);
    if (edge?.root().equals(root) === true) return { edge, heads };
  }
  return last && { edge: TreeEdge.EMPTY, heads: NOTHING.hash };
}

async function findStored(reader: TreeReader, verifier: NoteVerifier): Promise<Checkpoint | undefined> {
  const kept = await reader.findLastCheckpoint();
  return kept && openCheckpoint(kept.note, verifier);
}

// oxlint-disable-next-line max-params -- what the database says, and the two who know better
function mayBeCut(cut: Cut, { last }: Known, stored: Checkpoint | undefined): boolean {
  const known = [...(last?.cuts ?? [NO_CUT]), ...(stored ? [stored.cut] : [])];
  return known.some((one) => isSameCut(one, cut));
}

function listSigned({ verifier, last, missed, exported }: Known): LastSigned[] {
  const known = exported.flatMap((one) => {
    const epoch = epochOf(one.origin, verifier.name);
    return epoch === undefined ? [] : [{ ...one, epoch }];
  });
  return [last ?? [], ...missed, ...known].flat();
}

async function openEdge(reader: TreeReader, size: number): Promise<TreeEdge | undefined> {
  try {
    return await reader.openEdge(size);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
