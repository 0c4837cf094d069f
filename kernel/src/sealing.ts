// Boxes that only one peer can open: how a value passes processes that carry it and must not have it. X25519, HKDF-SHA-256
// and AES-256-GCM (RFC 7748, RFC 5869, NIST SP 800-38D), all from the platform's own cryptography.
import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { decipherBytes } from './decipher.ts';

/** A pair of keys of one peer. Doors, programs inside and hubs make one for each use; the vault's outlives its process. */
export interface SealingPair {
  readonly privateKey: KeyObject;
  /** 32 bytes as base64url: what the other peer is told. */
  readonly publicKey: string;
}

/** The way to one peer in one direction. */
export interface Sealing {
  /** Seals bytes. Who opens the box must name the same `about`. The box is base64url. */
  seal(bytes: Uint8Array, about: string): string;
  /** Opens a box. Throws an `Error` that tells nothing when it is not for us, not from the peer, or about something else. */
  open(box: string, about: string): Buffer;
}

const NONCE = 12;
const TAG = 16;
/** An X25519 public key in DER is this and its 32 bytes (RFC 8410). */
const DER_HEAD = Buffer.from('302a300506032b656e032100', 'hex');

/** What a public key looks like on a channel. */
export const PUBLIC_KEY = /^[A-Za-z0-9_-]{43}$/;

/** Makes a pair of keys. */
export function makeSealingPair(): SealingPair {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return { privateKey, publicKey: der.subarray(DER_HEAD.length).toString('base64url') };
}

/**
 * The way between two peers. `purpose` names direction and use, so that a box cannot be sent back to who made it. Throws an
 * `Error` for what is no public key.
 */
export function openSealing(own: SealingPair, peer: string, purpose: string): Sealing {
  if (!PUBLIC_KEY.test(peer)) throw new Error('the peer of a sealed box has no public key');
  const der = Buffer.concat([DER_HEAD, Buffer.from(peer, 'base64url')]);
  const shared = diffieHellman({
    privateKey: own.privateKey,
    publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }),
  });
  // Both public keys are in it: a key that was made for one pair of peers is none for another.
  const peers = [own.publicKey, peer].toSorted().join('.');
  const key = Buffer.from(hkdfSync('sha256', shared, peers, `holdfast sealed box: ${purpose}`, 32));
  shared.fill(0);
  return {
    seal: (bytes, about) => {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about));
      return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]).toString(
        'base64url',
      );
    },
    open: (box, about) => openBox(key, Buffer.from(box, 'base64url'), about),
  };
}

function openBox(key: Buffer, box: Buffer, about: string): Buffer {
  if (box.length < NONCE + TAG) throw new Error('a sealed box is too short');
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE))
    .setAAD(Buffer.from(about))
    .setAuthTag(box.subarray(box.length - TAG));
  return decipherBytes(decipher, box.subarray(NONCE, box.length - TAG));
}
