// Certificate authorities of the operator's own: read at start and looked at, so that a wrong file is named then and not at the
// first sign-on.
import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { findText } from '@holdfast/platform/private-files';

/** The member of the configuration file: where they lie. */
export const CertificatesFile = z
  .string()
  .regex(/^\/[^\0]*[^/\0]$/, 'is not an absolute path of a file')
  .nullable()
  .default(null);

/** They go to a child in one frame. */
const LONGEST = 256 * 1024;
const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Certificate authorities as PEM; what is wrong with the file goes into `problems`. `null` where none is named. */
export async function readCertificates(
  path: string | null | undefined,
  called: string,
  problems: string[],
): Promise<string | null> {
  if (path === null || path === undefined) return null;
  const complain = (why: string): null => {
    problems.push(`${called} is ${path}, ${why}`);
    return null;
  };
  let text: string | undefined;
  try {
    text = await findText(path, LONGEST);
  } catch (error) {
    return complain(`which cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (text === undefined) return complain('which does not exist');
  // Who names a server's own file by mistake would have its key sent from process to process.
  if (text.includes('PRIVATE KEY'))
    return complain('which holds a private key: name a file of certificates alone');
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0 || !blocks.every(isCertificate))
    return complain('which is not a list of certificates in PEM');
  return blocks.join('\n');
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).raw.length > 0;
  } catch {
    return false;
  }
}
