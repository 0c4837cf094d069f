// A set of object ids that takes about 40 bytes for each: as text in a `Set` they would take three times as much, and a
// repository can have millions.
import { Buffer } from 'node:buffer';
import { type Sha1 } from '@holdfast/kernel/digest';

const OID_BYTES = 20;
const FIRST_SLOTS = 1024;
// Open addressing: beyond this share of full slots look-ups become long.
const FULLEST = 0.6;

/** Object ids, each once. */
export class OidSet {
  #slots = FIRST_SLOTS;
  #bytes = Buffer.alloc(FIRST_SLOTS * OID_BYTES);
  #size = 0;
  // An empty slot is all zeros, and so is this one id.
  #hasZero = false;
  readonly #asked = Buffer.alloc(OID_BYTES);

  /** How many there are. */
  get size(): number {
    return this.#size + (this.#hasZero ? 1 : 0);
  }

  has(oid: Sha1): boolean {
    const at = this.#find(oid);
    return at === undefined ? this.#hasZero : !this.#isEmpty(at);
  }

  /** Adds an id. Returns whether it is new. */
  add(oid: Sha1): boolean {
    if ((this.#size + 1) / this.#slots > FULLEST) this.#grow();
    const at = this.#find(oid);
    if (at === undefined) {
      const isNew = !this.#hasZero;
      this.#hasZero = true;
      return isNew;
    }
    if (!this.#isEmpty(at)) return false;
    this.#asked.copy(this.#bytes, at);
    this.#size += 1;
    return true;
  }

  /** Where the id is, or would be put; `undefined` for the one that no slot can hold. */
  #find(oid: Sha1): number | undefined {
    this.#asked.write(oid, 'hex');
    if (isZero(this.#asked, 0)) return undefined;
    return this.#slotFor(this.#asked, 0);
  }

  #slotFor(bytes: Buffer, from: number): number {
    // Digests are spread evenly; an attacker who makes some that are not slows down the sweep of their own repository.
    let slot = bytes.readUInt32LE(from) % this.#slots;
    for (;;) {
      const at = slot * OID_BYTES;
      if (this.#isEmpty(at)) return at;
      if (bytes.compare(this.#bytes, at, at + OID_BYTES, from, from + OID_BYTES) === 0) return at;
      slot = (slot + 1) % this.#slots;
    }
  }

  #isEmpty(at: number): boolean {
    return isZero(this.#bytes, at);
  }

  #grow(): void {
    const before = this.#bytes;
    this.#slots *= 2;
    this.#bytes = Buffer.alloc(this.#slots * OID_BYTES);
    for (let at = 0; at < before.length; at += OID_BYTES)
      if (!isZero(before, at)) before.copy(this.#bytes, this.#slotFor(before, at), at, at + OID_BYTES);
  }
}

function isZero(bytes: Buffer, at: number): boolean {
  for (let word = 0; word < OID_BYTES; word += 4) if (bytes.readUInt32LE(at + word) !== 0) return false;
  return true;
}
