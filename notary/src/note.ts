// Signed notes of C2SP: a text, a blank line, and a line for each signature. Ed25519 alone.
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { sha256 } from './tree/hash.ts';

/** A key that signs notes, by its name. */
export interface NoteSigner {
  readonly name: string;
  readonly key: KeyObject;
}

/** A key whose notes are believed. */
export interface NoteVerifier {
  readonly name: string;
  /** The 32 bytes of the public key. */
  readonly key: Buffer;
}

const ED25519 = 1;
const ID_BYTES = 4;
/** What stands before the 32 bytes in a public key's DER form (RFC 8410). */
const DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The verifier's side of a signing key. */
export function verifierOf({ name, key }: NoteSigner): NoteVerifier {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return { name, key: der.subarray(DER_PREFIX.length) };
}

/** The verifier as text: name, id and key, as C2SP writes them (`name+id+key`). */
export function presentVerifier(verifier: NoteVerifier): string {
  const key = Buffer.concat([Buffer.from([ED25519]), verifier.key]).toString('base64');
  return `${verifier.name}+${keyId(verifier).toString('hex')}+${key}`;
}

/** Reads a verifier's text; `undefined` when it is none, or its id is not that of its key. */
export function parseVerifier(text: string): NoteVerifier | undefined {
  const [, name = '', id = '', encoded = ''] =
    /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (name === '' || bytes.length !== 1 + 32 || bytes[0] !== ED25519) return undefined;
  const verifier = { name, key: bytes.subarray(1) };
  return keyId(verifier).toString('hex') === id ? verifier : undefined;
}

/** Signs a text, which ends with a line end. */
export function signNote(text: string, signer: NoteSigner): string {
  const signature = sign(null, Buffer.from(text, 'utf8'), signer.key);
  const line = Buffer.concat([keyId(verifierOf(signer)), signature]).toString('base64');
  return `${text}\n— ${signer.name} ${line}\n`;
}

/** The note's text, when it carries a valid signature of this key; `undefined` otherwise. */
export function openNote(note: string, verifier: NoteVerifier): string | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, end + 1);
  const id = keyId(verifier);
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const [, name, encoded = ''] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    if (name !== verifier.name || !bytes.subarray(0, ID_BYTES).equals(id)) continue;
    // The first line of a known key decides: a note with a false one beside a true one is no note.
    const key = createPublicKey({
      key: Buffer.concat([DER_PREFIX, verifier.key]),
      format: 'der',
      type: 'spki',
    });
    return verify(null, Buffer.from(text, 'utf8'), key, bytes.subarray(ID_BYTES)) ? text : undefined;
  }
  return undefined;
}

/** Signatures that a note may gather from one answer, so that none keeps those of others away; from all; and characters of each. */
const MOST_OF_ANSWER = 4;
const MOST_SIGNATURES = 80;
const MOST_SIGNATURE = 512;

/**
 * The note with the signatures of others that stand in an answer about it (C2SP's tlog-witness), behind its own. Whose they are is
 * for who checks the note to know. `undefined`: there is none. None in the name of the note's own key is taken: the first line of a known key decides.
 */
export function withSignatures(note: string, answer: string, { name }: NoteVerifier): string | undefined {
  const there = note.slice(note.lastIndexOf('\n\n') + 2).split('\n');
  const others = there.filter((line) => line !== '' && !line.startsWith(`— ${name} `));
  const lines = answer.split('\n').filter((line) => {
    const [, by] = /^— (\S+) [A-Za-z0-9+/]+={0,2}$/.exec(line) ?? [];
    return by !== undefined && by !== name && line.length <= MOST_SIGNATURE && !others.includes(line);
  });
  const taken = [...new Set(lines)].slice(0, MOST_OF_ANSWER);
  if (taken.length === 0 || taken.length + others.length > MOST_SIGNATURES) return undefined;
  return `${note}${taken.map((line) => `${line}\n`).join('')}`;
}

function keyId({ name, key }: NoteVerifier): Buffer {
  const named = Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), Buffer.from([ED25519]), key]);
  return sha256(named).subarray(0, ID_BYTES);
}
