// A key that signs what others read with its public half: RS256 (RFC 7518), because every library for OpenID Connect knows it.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  sign,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';

const BITS = 3072;

/** The public half, as it is published (RFC 7517). */
export interface PublicJwk {
  readonly kty: 'RSA';
  readonly use: 'sig';
  readonly alg: 'RS256';
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

/** Makes a private key, in the form in which `SigningKey` takes it. */
export async function makePrivateKey(): Promise<Buffer> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: BITS });
  return privateKey.export({ type: 'pkcs8', format: 'der' });
}

/** Signs. The private half stays in here. */
export class SigningKey {
  /** The public half. */
  readonly jwk: PublicJwk;
  readonly #private: KeyObject;

  /** Throws where the bytes are no private key. */
  constructor(pkcs8: Buffer) {
    this.#private = createPrivateKey({ key: pkcs8, type: 'pkcs8', format: 'der' });
    const { n = '', e = '' } = createPublicKey(this.#private).export({ format: 'jwk' });
    // The thumbprint of RFC 7638: the key's own name, whoever computes it.
    const kid = createHash('sha256')
      .update(JSON.stringify({ e, kty: 'RSA', n }))
      .digest('base64url');
    this.jwk = { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e };
  }

  /** The claims as a signed JWT (RFC 7519). */
  signJwt(claims: Readonly<Record<string, unknown>>): string {
    const head = { alg: 'RS256', typ: 'JWT', kid: this.jwk.kid };
    const text = [head, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${sign('sha256', Buffer.from(text), this.#private).toString('base64url')}`;
  }
}
