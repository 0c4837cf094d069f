// Checkpoints of C2SP's tlog-checkpoint: origin, size and root of the tree, with lines of ours: the root of the map of
// heads, how much is cut off where something is, and when it was signed.
import { type Cut, NO_CUT } from './cut.ts';
import { HASH_BYTES } from './tree/hash.ts';
import { openNote, signNote, type NoteSigner, type NoteVerifier } from './note.ts';

/** What a checkpoint says. */
export interface Checkpoint {
  /** Which log, and which epoch of it. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** Root of the map from each chain to its length and head. */
  readonly heads: Buffer;
  readonly cut: Cut;
  /** When it was signed, by the notary's clock. */
  readonly time: string;
}

/** The signed checkpoint. */
export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  const { origin, size, root, heads, cut, time } = checkpoint;
  const lines = [
    origin,
    String(size),
    root.toString('base64'),
    `heads ${heads.toString('base64')}`,
    ...(cut.size === 0 ? [] : [`cut ${String(cut.size)} ${cut.lanes.toString('base64')}`]),
    `time ${time}`,
  ];
  return signNote(`${lines.join('\n')}\n`, signer);
}

/** What a signed checkpoint says, when this key signed it; `undefined` for anything else. */
export function openCheckpoint(note: string, verifier: NoteVerifier): Checkpoint | undefined {
  const text = openNote(note, verifier);
  const found = FORM.exec(text ?? '')?.groups;
  if (found === undefined) return undefined;
  const { origin = '', size = '', root = '', heads = '', cut = '', lanes = '', time = '' } = found;
  const [rootBytes, headBytes, laneBytes] = [decode(root), decode(heads), decode(lanes)];
  if (rootBytes.length !== HASH_BYTES || headBytes.length !== HASH_BYTES) return undefined;
  if (cut !== '' && laneBytes.length !== HASH_BYTES) return undefined;
  return {
    origin,
    size: Number(size),
    root: rootBytes,
    heads: headBytes,
    cut: cut === '' ? NO_CUT : { size: Number(cut), lanes: laneBytes },
    time,
  };
}

const HASH = '[A-Za-z0-9+/]{43}=';
const FORM = new RegExp(
  `^(?<origin>[^\\n]+)\\n(?<size>0|[1-9]\\d{0,15})\\n(?<root>${HASH})\\nheads (?<heads>${HASH})\\n` +
    `(?:cut (?<cut>[1-9]\\d{0,15}) (?<lanes>${HASH})\\n)?time (?<time>[0-9TZ:.-]{24})\\n$`,
);

function decode(text: string): Buffer {
  return Buffer.from(text, 'base64');
}

/** The origin of an epoch of the log that this key signs. */
export function originOf(name: string, epoch: number): string {
  return epoch === 1 ? name : `${name}/${String(epoch)}`;
}

/** The epoch that an origin names; `undefined` when it is of another log. */
export function epochOf(origin: string, name: string): number | undefined {
  if (origin === name) return 1;
  const epoch = origin.startsWith(`${name}/`) ? Number(origin.slice(name.length + 1)) : NaN;
  return Number.isSafeInteger(epoch) && epoch > 1 ? epoch : undefined;
}
