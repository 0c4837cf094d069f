// The keys by which others seal for this vault. They outlive its process, so that doors whose runs go on still understand the next.
import { createPrivateKey } from 'node:crypto';
import { makeSealingPair, type SealingPair } from '@holdfast/kernel/sealing';
import { findText, makeText } from '@holdfast/platform/private-files';
import { z } from 'zod';

const KeyFile = z.strictObject({ publicKey: z.string(), privateKey: z.string() });

/** Opens them, and makes them where there are none. */
export async function openPair(path: string): Promise<SealingPair> {
  if ((await findText(path)) === undefined) {
    const { privateKey, publicKey } = makeSealingPair();
    const der = privateKey.export({ type: 'pkcs8', format: 'der' });
    await makeText(path, `${JSON.stringify({ publicKey, privateKey: der.toString('base64') })}\n`);
  }
  const { publicKey, privateKey } = parseKeys((await findText(path)) ?? '');
  const der = Buffer.from(privateKey, 'base64');
  return { publicKey, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
}

function parseKeys(text: string): z.infer<typeof KeyFile> {
  try {
    return KeyFile.parse(JSON.parse(text));
  } catch {
    // What a parser says quotes the text, and the text is a key.
    throw new Error('the file of the key for boxes is damaged: remove it, and another is made');
  }
}
