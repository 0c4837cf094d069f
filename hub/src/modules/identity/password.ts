// Passwords as argon2id digests (RFC 9106), in the PHC string format, so that parameters can be raised at a later login.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/** 19 MiB, two passes, one lane: OWASP's minimum for argon2id in 2026. */
const CURRENT = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const TAG_BYTES = 32;

/** Whether a digest was made with other parameters than a new one would be. */
export function isOutdated(digest: string): boolean {
  const { memory, passes, parallelism } = CURRENT;
  return !digest.startsWith(`$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$`);
}

// 32 zero bytes: no password gives this tag, and to find that out takes what a real one takes.
const NOBODYS = `$argon2id$v=19$m=${CURRENT.memory},t=${CURRENT.passes},p=${CURRENT.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/**
 * Whether the password gives the digest. Where there is none the same work is done, so that the time of a refusal does not
 * tell who has an account.
 */
export async function matchesPassword(password: string, digest: string | null): Promise<boolean> {
  const matches = await verifyPassword(password, digest ?? NOBODYS);
  return digest !== null && matches;
}

/** The digest of a password, salted afresh. */
export async function digestPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await derive('argon2id', { message: password, nonce: salt, tagLength: TAG_BYTES, ...CURRENT });
  const { memory, passes, parallelism } = CURRENT;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${plain(salt)}$${plain(Buffer.from(tag))}`;
}

/** Whether the password gives this digest. A digest of another form matches nothing. */
async function verifyPassword(password: string, digest: string): Promise<boolean> {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
    digest,
  );
  if (parts === null) return false;
  const [, memory, passes, parallelism, salt = '', tag = ''] = parts;
  const expected = Buffer.from(tag, 'base64');
  const actual = await derive('argon2id', {
    message: password,
    nonce: Buffer.from(salt, 'base64'),
    tagLength: expected.length,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  });
  return timingSafeEqual(Buffer.from(actual), expected);
}

/** A password nobody chose: 24 characters without look-alikes, some 138 bits. */
export function randomPassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  let password = '';
  while (password.length < 24) {
    const byte = randomBytes(1)[0] ?? 255;
    // Bytes above the last whole multiple would favour the first letters.
    if (byte < alphabet.length * 4) password += alphabet[byte % alphabet.length] ?? '';
  }
  return password;
}

function plain(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
