// Checkpoints of C2SP's tlog-checkpoint: origin, size and root of the tree, with two lines of ours: the root of the
// map of heads, and when it was signed.
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
  /** When it was signed, by the notary's clock. */
  readonly time: string;
}

/** The signed checkpoint. */
export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  const { origin, size, root, heads, time } = checkpoint;
  const lines = [
    origin,
    String(size),
    root.toString('base64'),
    `heads ${heads.toString('base64')}`,
    `time ${time}`,
  ];
  return signNote(`${lines.join('\n')}\n`, signer);
}

/** What a signed checkpoint says, when this key signed it; `undefined` for anything else. */
export function openCheckpoint(note: string, verifier: NoteVerifier): Checkpoint | undefined {
  const text = openNote(note, verifier);
  const found =
    /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\nheads ([A-Za-z0-9+/]{43}=)\ntime ([0-9TZ:.-]{24})\n$/.exec(
      text ?? '',
    );
  if (found === null) return undefined;
  const [, origin = '', size = '', root = '', heads = '', time = ''] = found;
  const [rootBytes, headBytes] = [Buffer.from(root, 'base64'), Buffer.from(heads, 'base64')];
  if (rootBytes.length !== HASH_BYTES || headBytes.length !== HASH_BYTES) return undefined;
  return { origin, size: Number(size), root: rootBytes, heads: headBytes, time };
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
