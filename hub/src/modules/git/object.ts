// Git's framing of objects: a header with kind and size before the body, and the SHA-1 of both as the name.
import { sha1, type Sha1 } from '@holdfast/kernel/digest';

/** What a git object can be. */
export type ObjectKind = 'blob' | 'tree' | 'commit' | 'tag';

/** An object ready to be stored: its name and its body without header. */
export interface EncodedObject {
  readonly kind: ObjectKind;
  readonly oid: Sha1;
  readonly body: Buffer;
}

/** The bytes git puts before a body of this many bytes. */
export function objectHeader(kind: ObjectKind, size: number): string {
  return `${kind} ${size}\0`;
}

/** The name of an object with this body. */
function objectId(kind: ObjectKind, body: Uint8Array): Sha1 {
  return sha1(objectHeader(kind, body.byteLength), body);
}

/** The object id of a file with this content, as `git hash-object` gives it. */
export function encodeBlobId(bytes: Uint8Array): Sha1 {
  return objectId('blob', bytes);
}

/** The body with its name. */
export function encodeObject(kind: ObjectKind, body: Buffer): EncodedObject {
  return { kind, oid: objectId(kind, body), body };
}
