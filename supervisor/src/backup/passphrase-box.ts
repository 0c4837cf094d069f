// Bytes that a passphrase opens, as one text: what has to lie beside what it protects. AES-256-GCM under a key of argon2id.
import { argon2Sync, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';

/** 256 MiB, three passes: RFC 9106's second choice with four times its memory. */
const COST = { memory: 262_144, passes: 3 };
const BOUND = Buffer.from('holdfast passphrase box 1');

const Box = z.strictObject({
  kind: z.literal('holdfast-passphrase-box'),
  // A box is whoever's: it must not take all memory to find out that it is none.
  memory: z.int().min(8).max(4_194_304),
  passes: z.int().min(1).max(16),
  salt: z.base64(),
  nonce: z.base64(),
  tag: z.base64(),
  bytes: z.base64(),
});

/** Encrypts. */
export function sealBox(passphrase: Uint8Array, plaintext: Uint8Array): string {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const key = derive(passphrase, { salt, ...COST });
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(BOUND);
  const bytes = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  key.fill(0);
  const box: z.infer<typeof Box> = {
    ...{ kind: 'holdfast-passphrase-box', ...COST, salt: salt.toString('base64') },
    ...{ nonce: nonce.toString('base64'), tag: cipher.getAuthTag().toString('base64') },
    bytes: bytes.toString('base64'),
  };
  return `${JSON.stringify(box)}\n`;
}

/** Decrypts; `undefined`: that is not its passphrase, or the box was altered. Throws an `Error` for what is no box. */
export function openBox(passphrase: Uint8Array, text: string): Buffer | undefined {
  const box = parse(text);
  const [salt, nonce, tag, bytes] = [box.salt, box.nonce, box.tag, box.bytes].map((part) =>
    Buffer.from(part, 'base64'),
  ) as [Buffer, Buffer, Buffer, Buffer];
  const key = derive(passphrase, { ...box, salt });
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
    decipher.setAAD(BOUND).setAuthTag(tag);
    return Buffer.concat([decipher.update(bytes), decipher.final()]);
  } catch {
    return undefined;
  } finally {
    key.fill(0);
  }
}

function parse(text: string): z.infer<typeof Box> {
  try {
    return Box.parse(JSON.parse(text));
  } catch {
    throw new Error('this is no box of Holdfast');
  }
}

function derive(
  message: Uint8Array,
  { salt, memory, passes }: { readonly salt: Buffer; readonly memory: number; readonly passes: number },
): Buffer {
  return argon2Sync('argon2id', {
    ...{ message, nonce: salt, memory, passes },
    ...{ parallelism: 1, tagLength: 32 },
  });
}
